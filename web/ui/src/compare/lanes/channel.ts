import type { LaneName } from '../kinds.ts';
import { NoLane, standing, type Hear, type Lane } from './lane.ts';

const deliveries: Partial<Record<LaneName, RTCDataChannelInit>> = {
  channel: {},
  'channel-unordered': { ordered: false },
  'channel-lossy': { ordered: false, maxRetransmits: 0 },
  'channel-lifetime': { ordered: false, maxPacketLifeTime: 100 },
};

/** A data channel of a peer connection of its own. */
export class ChannelLane implements Lane {
  broken = false;
  spent = 0;
  readonly connection = new RTCPeerConnection();
  private readonly channel: RTCDataChannel;

  private constructor(kind: LaneName, hear: Hear) {
    this.channel = this.connection.createDataChannel('probe', deliveries[kind]);
    this.channel.binaryType = 'arraybuffer';
    this.channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      const now = performance.now();
      hear(new DataView(data), now);
      this.spent += data.byteLength;
    };
  }

  static async open(kind: LaneName, grant: string, hear: Hear): Promise<Lane> {
    if (typeof RTCPeerConnection !== 'function') {
      throw new NoLane('this browser has no WebRTC');
    }
    const lane = new ChannelLane(kind, hear);
    try {
      await lane.meet(grant);
    } catch (why) {
      lane.close();
      throw why;
    }
    return lane;
  }

  private async meet(grant: string): Promise<void> {
    await this.connection.setLocalDescription();
    const answer = await fetch(`/compare/peer?grant=${grant}`, {
      method: 'POST',
      headers: { 'content-type': 'application/sdp' },
      body: this.connection.localDescription!.sdp,
    });
    const sdp = await answer.text();
    if (answer.status !== 201) {
      throw new NoLane(sdp.trim());
    }
    await standing((stands, fails) => {
      this.channel.onopen = stands;
      this.channel.onclose = () => {
        this.broken = true;
        fails('the data channel did not open');
      };
      this.connection.setRemoteDescription({ type: 'answer', sdp }).catch(() => fails('no data channel'));
    });
  }

  /** What does not fit is lost, as on a line that is full. */
  send(message: Uint8Array<ArrayBuffer>): void {
    try {
      this.channel.send(message);
      this.spent += message.length;
    } catch {
      this.broken ||= this.channel.readyState !== 'open';
    }
  }

  close(): void {
    this.connection.close();
  }
}
