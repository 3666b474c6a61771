import { socketAt, standing, type Hear, type Lane } from './lane.ts';

/** Bare binary messages. */
export class WebSocketLane implements Lane {
  broken = false;
  spent = 0;
  private readonly socket: WebSocket;

  private constructor(grant: string, hear: Hear) {
    this.socket = new WebSocket(socketAt(`/compare/socket?grant=${grant}`));
    this.socket.binaryType = 'arraybuffer';
    this.socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      const now = performance.now();
      hear(new DataView(data), now);
      this.spent += data.byteLength;
    };
  }

  static async open(grant: string, hear: Hear): Promise<Lane> {
    const lane = new WebSocketLane(grant, hear);
    await standing((stands, fails) => {
      lane.socket.onopen = stands;
      lane.socket.onclose = () => {
        lane.broken = true;
        fails('the WebSocket did not open');
      };
    }).catch((why) => {
      lane.close();
      throw why;
    });
    return lane;
  }

  send(message: Uint8Array<ArrayBuffer>): void {
    this.socket.send(message);
    this.spent += message.length;
  }

  close(): void {
    this.socket.close();
  }
}
