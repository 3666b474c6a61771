import { ACKNOWLEDGE, ECHO } from '../tally.ts';
import { described, type Meeting } from './meeting.ts';

const HEAD = 40;
const ANSWER = 0x10;
const MOST_QUEUED = 256 << 10;
/** Connections at a time: one for each kind of channel, and those that are not gone yet. */
const MOST = 8;

/** The other end of a measurement between two browsers: gives back what comes, as the server would. */
export class Partner {
  private readonly connections = new Set<RTCPeerConnection>();
  private left: number;

  /** @param bytes it gives back and takes, in all; then it ends */
  constructor(
    private readonly meeting: Meeting,
    bytes: number,
  ) {
    this.left = bytes;
    meeting.hears = (message) => {
      if ('offer' in message && this.connections.size < MOST) {
        void this.meet(message.number, message.offer).catch(() => undefined);
      }
    };
  }

  private async meet(number: number, offer: string): Promise<void> {
    const connection = new RTCPeerConnection({ iceServers: this.meeting.iceServers });
    this.connections.add(connection);
    const end = () => {
      this.connections.delete(connection);
      connection.close();
    };
    connection.ondatachannel = ({ channel }) => {
      channel.binaryType = 'arraybuffer';
      channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => this.reflect(channel, data);
      channel.onclose = end;
    };
    connection.onconnectionstatechange = () => {
      if (connection.connectionState === 'failed') {
        end();
      }
    };
    try {
      await connection.setRemoteDescription({ type: 'offer', sdp: offer });
      await connection.setLocalDescription();
      this.meeting.say({ number, answer: await described(connection) });
    } catch (why) {
      end();
      throw why;
    }
  }

  /** An answer is never longer than its question. */
  private reflect(channel: RTCDataChannel, question: ArrayBuffer): void {
    if (question.byteLength < HEAD) {
      return;
    }
    const view = new DataView(question);
    const kind = view.getUint8(0);
    if (kind !== ECHO && kind !== ACKNOWLEDGE) {
      return;
    }
    view.setUint8(0, kind + ANSWER);
    const back = kind === ECHO ? question : question.slice(0, HEAD);
    this.left -= question.byteLength + back.byteLength;
    if (this.left < 0) {
      this.meeting.close();
    } else if (channel.bufferedAmount < MOST_QUEUED && channel.readyState === 'open') {
      channel.send(back);
    }
  }

  close(): void {
    this.connections.forEach((connection) => connection.close());
    this.connections.clear();
    this.meeting.close();
  }
}
