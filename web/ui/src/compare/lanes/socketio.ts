import { socketAt, standing, type Hear, type Lane } from './lane.ts';

/** Engine.IO message (4), Socket.IO connect (0). */
export const enter = (grant: string): string => `40/compare,{"grant":"${grant}"}`;

/** Engine.IO message (4), Socket.IO binary event (5) of one attachment. */
export const EVENT = '451-/compare,["probe",{"_placeholder":true,"num":0}]';

/** Socket.IO (protocol 5 over Engine.IO 4) by WebSocket: the event `probe` with one binary argument. */
export class SocketIoLane implements Lane {
  broken = false;
  spent = 0;
  private readonly socket = new WebSocket(socketAt('/socket.io/?EIO=4&transport=websocket'));

  private constructor() {
    this.socket.binaryType = 'arraybuffer';
  }

  static async open(grant: string, hear: Hear): Promise<Lane> {
    const lane = new SocketIoLane();
    const { socket } = lane;
    await standing((stands, fails) => {
      socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
        const now = performance.now();
        if (typeof data !== 'string') {
          hear(new DataView(data), now);
          lane.spent += data.byteLength;
          return;
        }
        lane.spent += data.length;
        if (data.startsWith('0')) {
          socket.send(enter(grant));
        } else if (data === '2') {
          socket.send('3');
        } else if (data.startsWith('40/compare')) {
          stands();
        } else if (data.startsWith('44/compare')) {
          fails('the namespace /compare did not let us in');
        }
      };
      socket.onclose = () => {
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
    this.socket.send(EVENT);
    this.socket.send(message);
    this.spent += EVENT.length + message.length;
  }

  close(): void {
    this.socket.close();
  }
}
