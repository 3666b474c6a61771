import type { FileChannel } from './files';

// Files on the connection with the server, in its letters. Of one fetch, both ways:
//
//   8 bytes             1 byte                                  then
//   the fetch, random   0 text, 1 bytes, 2 received, 3 over     of "received": how many bytes in all, a double
//
// The server neither keeps nor orders anything, and closes who reads too slowly: so a sender has a
// quarter of a megabyte under way, and goes on when the receiver says what has come.

export interface ParcelsOutput {
  /** False: it did not go. */
  send(to: string, parcel: Uint8Array<ArrayBuffer>): boolean;
  /** Somebody wants to fetch. */
  asked(from: string, channel: FileChannel): void;
}

/** The file channels by the server. */
export class Parcels {
  private readonly channels = new Map<string, ParcelChannel>();

  constructor(private readonly output: ParcelsOutput) {}

  /** A channel to one, on which a file is fetched; `undefined` while as many are open as may be. */
  open(to: string): FileChannel | undefined {
    if ([...this.channels.values()].filter(({ fetches }) => fetches).length >= MOST_FETCHES) return undefined;
    return this.channel(to, crypto.getRandomValues(new Uint8Array(ID)), true);
  }

  receive(from: string, parcel: ArrayBuffer): void {
    if (parcel.byteLength <= ID) return;
    const id = new Uint8Array(parcel, 0, ID);
    const what = new Uint8Array(parcel)[ID];
    let channel = this.channels.get(key(from, id));
    if (!channel) {
      if (what !== TEXT || this.channels.size >= MOST_CHANNELS) return;
      channel = this.channel(from, id.slice(), false);
      this.output.asked(from, channel);
    }
    channel.receive(what!, parcel.slice(ID + 1));
  }

  /** The way there is another, or none. */
  close(): void {
    for (const channel of [...this.channels.values()]) channel.close();
  }

  private channel(to: string, id: Uint8Array<ArrayBuffer>, fetches: boolean): ParcelChannel {
    const name = key(to, id);
    const channel = new ParcelChannel(
      fetches,
      (what, content) => {
        const parcel = new Uint8Array(ID + 1 + content.length);
        parcel.set(id);
        parcel[ID] = what;
        parcel.set(content, ID + 1);
        return this.output.send(to, parcel);
      },
      () => this.channels.delete(name),
    );
    this.channels.set(name, channel);
    return channel;
  }
}

class ParcelChannel implements FileChannel {
  readyState: RTCDataChannelState = 'open';
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  binaryType: BinaryType = 'arraybuffer';
  onopen: FileChannel['onopen'] = null;
  onmessage: FileChannel['onmessage'] = null;
  onclose: FileChannel['onclose'] = null;
  onbufferedamountlow: FileChannel['onbufferedamountlow'] = null;
  readonly piece = PIECE;
  readonly most = MOST_UNDER_WAY;
  private sent = 0;
  private came = 0;
  private told = 0;
  private timer?: ReturnType<typeof setTimeout>;

  constructor(
    readonly fetches: boolean,
    private readonly output: (what: number, content: Uint8Array<ArrayBuffer>) => boolean,
    private readonly gone: () => void,
  ) {
    this.wait();
  }

  send(data: string | ArrayBuffer): void {
    const text = typeof data === 'string';
    const content = text ? new TextEncoder().encode(data) : new Uint8Array(data);
    if (!this.output(text ? TEXT : BYTES, content)) return this.close();
    if (!text) this.bufferedAmount = (this.sent += content.length) - this.told;
  }

  receive(what: number, content: ArrayBuffer): void {
    if (this.readyState !== 'open') return;
    this.wait();
    if (what === OVER) this.end();
    else if (what === RECEIVED && content.byteLength === 8) {
      this.told = Math.min(this.sent, new DataView(content).getFloat64(0));
      this.bufferedAmount = this.sent - this.told;
      if (this.bufferedAmount <= this.bufferedAmountLowThreshold) this.onbufferedamountlow?.(new Event('bufferedamountlow'));
    } else if (what === TEXT) this.hear(new TextDecoder().decode(content));
    else if (what === BYTES) {
      this.came += content.byteLength;
      const received = new DataView(new ArrayBuffer(8));
      received.setFloat64(0, this.came);
      if (!this.output(RECEIVED, new Uint8Array(received.buffer))) return this.close();
      this.hear(content);
    }
  }

  close(): void {
    if (this.readyState !== 'open') return;
    this.output(OVER, new Uint8Array());
    this.end();
  }

  private hear(data: string | ArrayBuffer): void {
    this.onmessage?.(new MessageEvent('message', { data }));
  }

  private end(): void {
    clearTimeout(this.timer);
    this.readyState = 'closed';
    this.gone();
    // As with any channel, not within a call of its owner's.
    setTimeout(() => this.onclose?.(new Event('close')));
  }

  /** Who hears nothing for so long has been left. */
  private wait(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.close(), PATIENCE);
  }
}

const key = (who: string, id: Uint8Array) => `${id.join()} ${who}`;

const ID = 8;
const TEXT = 0;
const BYTES = 1;
const RECEIVED = 2;
const OVER = 3;
const PIECE = 16 * 1024;
const MOST_UNDER_WAY = 256 * 1024;
const MOST_FETCHES = 2;
const MOST_CHANNELS = 32;
const PATIENCE = 30_000;
