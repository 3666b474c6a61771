import { printable } from '../figures.ts';
import { NoLane, socketAt, standing } from './lane.ts';

/** What two devices tell each other by the server: who they are, and offers for answers. */
export type Message = { browser: string } | { number: number; offer: string } | { number: number; answer: string };

/** The code leads nowhere: it was used, or the page that gave it is gone. */
export class NoMeeting extends Error {}

/** Two pages that speak to each other through the server, until one leaves or its time is over. */
export class Meeting {
  hears: (message: Message) => void = () => undefined;
  leaves: () => void = () => undefined;
  over = false;
  code: string | undefined;
  iceServers: RTCIceServer[] = [];

  private constructor(private readonly socket: WebSocket) {}

  /** @param code of the meeting to enter; without one, a meeting is opened */
  static async open(grant: string, code?: string): Promise<Meeting> {
    const entering = code === undefined ? '' : `&code=${encodeURIComponent(code)}`;
    const meeting = new Meeting(new WebSocket(socketAt(`/compare/meeting?grant=${grant}${entering}`)));
    const { socket } = meeting;
    await standing((stands, fails) => {
      socket.onmessage = ({ data }: MessageEvent<string>) => {
        const { code, iceServers } = JSON.parse(data) as { code?: string; iceServers: RTCIceServer[] };
        Object.assign(meeting, { code, iceServers });
        socket.onmessage = ({ data }: MessageEvent<string>) => meeting.take(data);
        stands();
      };
      socket.onclose = () => {
        meeting.over = true;
        fails('no meeting');
        meeting.leaves();
      };
    }).catch(() => {
      socket.close();
      throw new NoMeeting();
    });
    return meeting;
  }

  /** The other side is a stranger's page: what it says is read as what it may be, or not at all. */
  private take(text: string): void {
    try {
      const { browser, number, offer, answer } = JSON.parse(text) as Record<string, unknown>;
      if (typeof browser === 'string') {
        this.hears({ browser: printable(browser.slice(0, 100)) });
      } else if (typeof number === 'number' && typeof offer === 'string') {
        this.hears({ number, offer });
      } else if (typeof number === 'number' && typeof answer === 'string') {
        this.hears({ number, answer });
      }
    } catch {
      // no message
    }
  }

  say(message: Message): void {
    if (!this.over) {
      this.socket.send(JSON.stringify(message));
    }
  }

  close(): void {
    this.socket.close();
  }
}

/** All ways by which this browser may be reached, in its own description: they are told at once. */
export async function described(connection: RTCPeerConnection): Promise<string> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, GATHERING);
    const look = () => {
      if (connection.iceGatheringState === 'complete') {
        clearTimeout(timer);
        resolve();
      }
    };
    connection.addEventListener('icegatheringstatechange', look);
    look();
  });
  if (connection.localDescription === null) {
    throw new NoLane('the connection is gone');
  }
  return connection.localDescription.sdp;
}

/** A relay that does not answer is not waited for longer than that. */
const GATHERING = 2000;
