import type { LaneName } from '../kinds.ts';
import { ChannelLane } from './channel.ts';
import { NoLane, PATIENCE, type Hear, type Lane, type Opens } from './lane.ts';
import { described, type Meeting } from './meeting.ts';

/** Opens lanes to another browser, whose page gives back what comes: no server is between. */
export class PeerLanes implements Opens {
  private readonly asked = new Map<number, (answer: string) => void>();
  private opened = 0;

  /** @param end gives back the grant of the meeting */
  constructor(
    private readonly meeting: Meeting,
    private readonly end: () => void,
  ) {
    meeting.hears = (message) => {
      if ('answer' in message) {
        this.asked.get(message.number)?.(message.answer);
        this.asked.delete(message.number);
      }
    };
  }

  open(kind: LaneName, hear: Hear): Promise<Lane> {
    return ChannelLane.open(kind, hear, (connection) => this.ask(connection), {
      iceServers: this.meeting.iceServers,
    });
  }

  private async ask(connection: RTCPeerConnection): Promise<string> {
    const number = this.opened++;
    const offer = await described(connection);
    return new Promise((resolve, reject) => {
      setTimeout(() => reject(new NoLane('the other device did not answer')), PATIENCE);
      this.asked.set(number, resolve);
      this.meeting.say({ number, offer });
    });
  }

  /** No server works for it. */
  async processor(): Promise<undefined> {}

  close(): void {
    this.meeting.close();
    this.end();
  }
}
