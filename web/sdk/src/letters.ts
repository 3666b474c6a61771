/** What others send by the server, and to whom this page sends by it. */
export interface LettersOutput {
  data(from: string, data: string | ArrayBuffer, reliable: boolean): void;
  /** Something of a file. */
  parcel(from: string, parcel: ArrayBuffer): void;
  /** Reliable messages to this page were dropped: it takes them too slowly. */
  missed(): void;
  /** No channel can be had on this connection any more. */
  broken(): void;
}

export type Data = string | ArrayBuffer | ArrayBufferView<ArrayBuffer>;

/** The two data channels of the connection with the server, by which it passes on what people send each other. */
export class Letters {
  private reliable!: RTCDataChannel;
  private fast!: RTCDataChannel;
  private waiting: Uint8Array<ArrayBuffer>[] = [];
  private waitingBytes = 0;
  private closed = false;

  constructor(
    private readonly connection: RTCPeerConnection,
    private readonly output: LettersOutput,
  ) {
    this.open(true);
    this.open(false);
  }

  /** Whether what is sent goes at once. */
  ready(reliable: boolean): boolean {
    return (reliable ? this.reliable : this.fast).readyState === 'open';
  }

  /** To one, or to everybody if `to` is empty. Reliable ones wait for the way, up to a megabyte. False: it did not go. */
  send(to: string, data: Data, reliable: boolean): boolean {
    const channel = reliable ? this.reliable : this.fast;
    if (this.ready(reliable)) {
      if (channel.bufferedAmount > (reliable ? MOST_BUFFERED_BYTES : MOST_LATE_BYTES)) return false;
      channel.send(seal(to, data));
      return true;
    }
    if (!reliable || this.closed) return false;
    const letter = seal(to, data);
    if (this.waitingBytes + letter.length > MOST_WAITING_BYTES) return false;
    this.waiting.push(letter);
    this.waitingBytes += letter.length;
    return true;
  }

  /** Something of a file, to one; if it goes at once. */
  parcel(to: string, parcel: Uint8Array<ArrayBuffer>): boolean {
    if (!this.ready(true) || this.reliable.bufferedAmount > MOST_BUFFERED_BYTES) return false;
    const letter = seal(to, parcel);
    letter[0] = PARCEL;
    this.reliable.send(letter);
    return true;
  }

  close(): void {
    this.closed = true;
    for (const channel of [this.reliable, this.fast]) channel.onclose = channel.onmessage = null;
  }

  private open(reliable: boolean): void {
    const channel = this.connection.createDataChannel(
      reliable ? 'reliable' : 'fast',
      reliable ? {} : { ordered: false, maxRetransmits: 0 },
    );
    if (reliable) this.reliable = channel;
    else this.fast = channel;
    channel.binaryType = 'arraybuffer';
    channel.onmessage = ({ data }) => {
      const letter = data instanceof ArrayBuffer && unseal(data);
      if (letter && new Uint8Array(data)[0] === PARCEL) this.output.parcel(letter.who, letter.data as ArrayBuffer);
      else if (letter) this.output.data(letter.who, letter.data, reliable);
    };
    channel.onopen = () => {
      if (!reliable) return;
      const { waiting } = this;
      this.waiting = [];
      this.waitingBytes = 0;
      for (const letter of waiting) channel.send(letter);
    };
    channel.onclose = () => this.again(reliable);
  }

  /** The server closes a channel whose messages this page does not take. */
  private again(reliable: boolean): void {
    if (this.closed) return;
    if (this.connection.sctp?.state !== 'connected') return this.output.broken();
    this.open(reliable);
    if (reliable) this.output.missed();
  }
}

/** One byte of kind, two of length, the identity, the content. */
export function seal(who: string, data: Data): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const name = encoder.encode(who);
  const text = typeof data === 'string';
  const content = text
    ? encoder.encode(data)
    : data instanceof ArrayBuffer
      ? new Uint8Array(data)
      : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const letter = new Uint8Array(3 + name.length + content.length);
  letter.set([text ? 0 : 1, name.length >> 8, name.length & 255]);
  letter.set(name, 3);
  letter.set(content, 3 + name.length);
  return letter;
}

export function unseal(letter: ArrayBuffer): { who: string; data: string | ArrayBuffer } | undefined {
  const bytes = new Uint8Array(letter);
  if (bytes.length < 3) return undefined;
  const content = 3 + bytes[1]! * 256 + bytes[2]!;
  if (bytes[0]! > PARCEL || content > bytes.length) return undefined;
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return {
    who: decoder.decode(bytes.subarray(3, content)),
    data: bytes[0] === 0 ? decoder.decode(bytes.subarray(content)) : letter.slice(content),
  };
}

const PARCEL = 2;
const MOST_LATE_BYTES = 64 * 1024;
// Browsers throw at 16 MB.
const MOST_BUFFERED_BYTES = 8 * 1024 * 1024;
const MOST_WAITING_BYTES = 1024 * 1024;
