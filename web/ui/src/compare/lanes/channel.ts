import type { LaneName } from '../kinds.ts';
import { NoLane, standing, type Hear, type Lane } from './lane.ts';

const deliveries: Partial<Record<LaneName, RTCDataChannelInit>> = {
  channel: {},
  'channel-unordered': { ordered: false },
  'channel-lossy': { ordered: false, maxRetransmits: 0 },
  'channel-lifetime': { ordered: false, maxPacketLifeTime: 100 },
};

type Ask = (connection: RTCPeerConnection) => Promise<string>;

/** A data channel of a peer connection of its own. */
export class ChannelLane implements Lane {
  broken = false;
  spent = 0;
  readonly connection: RTCPeerConnection;
  private readonly channel: RTCDataChannel;

  private constructor(kind: LaneName, hear: Hear, configuration: RTCConfiguration) {
    this.connection = new RTCPeerConnection(configuration);
    this.channel = this.connection.createDataChannel('probe', deliveries[kind]);
    this.channel.binaryType = 'arraybuffer';
    this.channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      const now = performance.now();
      hear(new DataView(data), now);
      this.spent += data.byteLength;
    };
  }

  /** @param ask brings the far end's answer to what the connection offers */
  static async open(kind: LaneName, hear: Hear, ask: Ask, configuration: RTCConfiguration = {}): Promise<Lane> {
    if (typeof RTCPeerConnection !== 'function') {
      throw new NoLane('this browser has no WebRTC');
    }
    const lane = new ChannelLane(kind, hear, configuration);
    try {
      await lane.meet(ask);
    } catch (why) {
      lane.close();
      throw why;
    }
    return lane;
  }

  private async meet(ask: Ask): Promise<void> {
    await this.connection.setLocalDescription();
    const sdp = await ask(this.connection);
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

/** The server's answer to what a connection offers. */
export async function answered(grant: string, connection: RTCPeerConnection): Promise<string> {
  const answer = await fetch(`/compare/peer?grant=${grant}`, {
    method: 'POST',
    headers: { 'content-type': 'application/sdp' },
    body: connection.localDescription!.sdp,
  });
  const sdp = await answer.text();
  if (answer.status !== 201) {
    throw new NoLane(sdp.trim());
  }
  return sdp;
}
