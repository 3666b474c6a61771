import { seal, unseal } from '../src/letters';
import type { Answer, ClientMessages, Description, DownAnswer, Receive, ReceivedTrack, SentTrack, Up } from '../src/signal';
import type { FakeRoom } from './fake-room';

interface Receiving {
  connection: string;
  pc: RTCPeerConnection;
  number: number;
  offering: boolean;
  stale: boolean;
  places: Map<MediaStreamTrack, RTCRtpTransceiver>;
}

/** A forwarding server in the page, made of the browser's own connections. */
export class FakeHall {
  readonly ups = new Map<string, { connection: string; pc: RTCPeerConnection; tracks: SentTrack[]; channels: Map<string, RTCDataChannel> }>();
  readonly downs = new Map<string, Receiving>();
  /** The last word of each. */
  readonly looks = new Map<string, ClientMessages['look']>();

  constructor(private readonly room: FakeRoom) {
    room.hall = (identity, name, message) => {
      switch (name) {
        case 'up':
          return this.up(identity, message);
        case 'receive':
          return this.receive(identity, message);
        case 'downAnswer':
          return this.answered(identity, message);
        case 'look':
          this.looks.set(identity, message);
          return Promise.resolve({ type: 'done' });
        case 'leave':
          this.gone(identity);
          return undefined;
        default:
          return undefined;
      }
    };
  }

  gone(identity: string): void {
    this.ups.get(identity)?.pc.close();
    this.ups.delete(identity);
    this.downs.get(identity)?.pc.close();
    this.downs.delete(identity);
    this.offerOthers(identity);
  }

  private async up(identity: string, { connection, description, tracks }: Up): Promise<Answer> {
    let up = this.ups.get(identity);
    if (up?.connection !== connection) {
      up?.pc.close();
      up = { connection, pc: new RTCPeerConnection(), tracks, channels: new Map() };
      this.ups.set(identity, up);
      this.carry(identity, up);
    }
    up.tracks = tracks;
    await up.pc.setRemoteDescription(description);
    const answer = await complete(up.pc);
    this.offerOthers(identity);
    return { type: 'upAnswer', description: answer };
  }

  /** Passes on what comes by data channels; what comes for who has none yet is lost. */
  private carry(identity: string, { pc, channels }: { pc: RTCPeerConnection; channels: Map<string, RTCDataChannel> }): void {
    pc.ondatachannel = ({ channel }) => {
      channels.set(channel.label, channel);
      channel.binaryType = 'arraybuffer';
      channel.onmessage = ({ data }) => {
        const { who, data: content } = unseal(data)!;
        for (const [to, other] of this.ups) {
          if (to !== identity && (!who || who === to)) other.channels.get(channel.label)?.send(seal(identity, content));
        }
      };
    };
  }

  private async receive(identity: string, { connection, on }: Receive): Promise<Answer> {
    const known = this.downs.get(identity);
    if (!on || known?.connection !== connection) {
      known?.pc.close();
      this.downs.delete(identity);
    }
    if (on && known?.connection !== connection) {
      this.downs.set(identity, { connection, pc: new RTCPeerConnection(), number: 0, offering: false, stale: false, places: new Map() });
      setTimeout(() => void this.offer(identity), 0);
    }
    return { type: 'done' };
  }

  private async answered(identity: string, { number, description }: DownAnswer): Promise<Answer> {
    const down = this.downs.get(identity);
    if (down?.number !== number) return { type: 'refused', code: 'stale-offer', message: '', help: '' };
    await down.pc.setRemoteDescription(description);
    down.offering = false;
    if (down.stale) void this.offer(identity);
    return { type: 'done' };
  }

  private offerOthers(than: string): void {
    for (const identity of this.downs.keys()) if (identity !== than) void this.offer(identity);
  }

  private async offer(identity: string): Promise<void> {
    const down = this.downs.get(identity);
    if (!down) return;
    down.stale = down.offering;
    if (down.offering) return;
    const wanted = new Map<MediaStreamTrack, Omit<ReceivedTrack, 'mid'>>();
    for (const [from, { pc, tracks }] of this.ups) {
      for (const { mid, id, source } of from === identity ? [] : tracks) {
        const place = pc.getTransceivers().find((each) => each.mid === mid);
        if (place) wanted.set(place.receiver.track, { from, id, source });
      }
    }
    for (const [track, place] of down.places) {
      if (wanted.has(track)) continue;
      // Stopping the first of a bundle would take the others' transport with it.
      place.direction = 'inactive';
      down.places.delete(track);
    }
    for (const track of wanted.keys()) {
      if (!down.places.has(track)) down.places.set(track, down.pc.addTransceiver(track, { direction: 'sendonly' }));
    }
    if (wanted.size === 0 && down.number === 0) return;
    down.offering = true;
    const description = await complete(down.pc);
    const tracks = [...wanted].map(([track, whose]) => ({ mid: down.places.get(track)!.mid!, ...whose }));
    this.room.tell(identity, 'down', { connection: down.connection, number: ++down.number, description, tracks });
  }
}

/** The local description with all its candidates in it. */
async function complete(pc: RTCPeerConnection): Promise<Description> {
  await pc.setLocalDescription();
  while (pc.iceGatheringState !== 'complete') {
    await new Promise((resolve) => pc.addEventListener('icegatheringstatechange', resolve, { once: true }));
  }
  const { type, sdp } = pc.localDescription!;
  return { type, sdp };
}
