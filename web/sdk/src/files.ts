import { Emitter } from './emitter';
import { MadangError, type Say } from './problem';
import { Sha256 } from './sha256';
import type { FileOffer, FileTransfer, Problem } from './types';

// On a channel of its own for each fetch, so that a file never stands before a message; through the
// server by parcels that look like one. The one who
// fetches opens it and says {"fetch": ID, "from": OFFSET}; the bytes from there follow, then
// {"end": true}; or {"refused": CODE}. Closing it is cancelling.

/** What a file channel is made of. */
export interface FileChannel {
  readonly readyState: RTCDataChannelState;
  readonly bufferedAmount: number;
  bufferedAmountLowThreshold: number;
  binaryType: BinaryType;
  /** Bytes of one message, and of those under way, where the usual ones are too many. */
  readonly piece?: number;
  readonly most?: number;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: Event) => void) | null;
  onbufferedamountlow: ((event: Event) => void) | null;
  send(data: string | ArrayBuffer): void;
  close(): void;
}

/** The files this page offers. */
export class Shelf {
  private readonly files = new Map<string, { file: Blob; to: string | undefined }>();

  put(id: string, file: Blob, to: string | undefined): void {
    this.files.set(id, { file, to });
  }

  take(id: string): Blob | undefined {
    return this.files.get(id)?.file;
  }

  /** Serves one fetch of `from` to its end. */
  serve(channel: FileChannel, from: string): void {
    channel.binaryType = 'arraybuffer';
    channel.onmessage = ({ data }) => {
      channel.onmessage = null;
      const asked = parse(data);
      const offered = this.files.get(String(asked.fetch));
      if (!offered || (offered.to !== undefined && offered.to !== from)) return refuse(channel, 'file-gone');
      const start = Number(asked.from);
      if (!(start >= 0 && start <= offered.file.size)) return refuse(channel, 'file-broken');
      pour(offered.file, start, channel).catch(() => refuse(channel, 'file-unreadable'));
    };
  }
}

export interface FetchOutput {
  /** The file itself, if this page offers it. */
  own(): Blob | undefined;
  /** A channel to the one who offers, or `undefined` while there is no path. */
  open(): FileChannel | undefined;
  /** Why nothing can come from the one who offers, however long one waits. */
  hopeless(): 'file-gone' | 'not-allowed' | undefined;
}

/** One file on its way to this page: goes on where it stopped, over any cut. */
export class Fetch implements FileTransfer {
  state: FileTransfer['state'] = 'waiting';
  receivedBytes = 0;
  problem: Problem | undefined;
  readonly blob: Promise<Blob>;
  private readonly events = new Emitter<{ change: [] }>();
  private readonly hash = new Sha256();
  private parts: BlobPart[] = [];
  private loose = 0;
  private channel: FileChannel | undefined;
  private fruitless = 0;
  private done!: (blob: Blob) => void;
  private failed!: (error: MadangError) => void;

  constructor(
    readonly offer: FileOffer,
    private readonly say: Say,
    private readonly output: FetchOutput,
  ) {
    this.blob = new Promise((resolve, reject) => {
      this.done = resolve;
      this.failed = reject;
    });
    // Who only watches `state` need not catch.
    this.blob.catch(() => {});
    this.look();
  }

  on(event: 'change', listener: () => void): () => void {
    return this.events.on(event, listener);
  }

  cancel(): void {
    this.fail('file-cancelled', 'cancelled');
  }

  /** Something about the way to the other side changed. */
  look(): void {
    if (this.over) return;
    const own = this.output.own();
    if (own) return this.arrive(own);
    const hopeless = this.output.hopeless();
    if (hopeless) return this.fail(hopeless);
    if (this.channel) return;
    const channel = this.output.open();
    if (!channel) return;
    this.channel = channel;
    const before = this.receivedBytes;
    channel.binaryType = 'arraybuffer';
    const ask = () => channel.send(JSON.stringify({ fetch: this.offer.id, from: this.receivedBytes }));
    channel.onopen = ask;
    channel.onmessage = ({ data }) => this.receive(data);
    channel.onclose = () => {
      if (this.channel !== channel || this.over) return;
      this.channel = undefined;
      this.fruitless = this.receivedBytes > before ? 0 : this.fruitless + 1;
      if (this.fruitless >= MOST_FRUITLESS) return this.fail('file-cut');
      this.enter('waiting');
      setTimeout(() => this.look(), AGAIN_AFTER);
    };
    if (channel.readyState === 'open') ask();
  }

  private get over(): boolean {
    return this.state === 'done' || this.state === 'failed' || this.state === 'cancelled';
  }

  private receive(data: string | ArrayBuffer): void {
    if (this.over) return;
    if (typeof data === 'string') {
      const { end, refused } = parse(data);
      if (refused) this.fail(refused === 'file-unreadable' || refused === 'file-broken' ? refused : 'file-gone');
      else if (end) this.finish();
      return;
    }
    this.receivedBytes += data.byteLength;
    if (this.receivedBytes > this.offer.size) return this.fail('file-broken');
    this.hash.update(new Uint8Array(data));
    this.parts.push(data);
    this.loose += data.byteLength;
    if (this.loose >= GATHER) {
      // As a Blob the browser may keep it on disk.
      this.parts = [new Blob(this.parts)];
      this.loose = 0;
    }
    this.enter('running');
  }

  private finish(): void {
    if (this.receivedBytes !== this.offer.size || this.hash.hex() !== this.offer.sha256) return this.fail('file-broken');
    this.arrive(new Blob(this.parts, { type: this.offer.type }));
  }

  private arrive(blob: Blob): void {
    this.receivedBytes = this.offer.size;
    this.enter('done');
    this.let();
    this.done(blob);
  }

  private fail(code: Parameters<Say>[0], state: 'failed' | 'cancelled' = 'failed'): void {
    if (this.over) return;
    this.problem = this.say(code);
    this.enter(state);
    this.let();
    this.failed(MadangError.of(this.problem));
  }

  private let(): void {
    this.parts = [];
    const channel = this.channel;
    this.channel = undefined;
    channel?.close();
  }

  private enter(state: FileTransfer['state']): void {
    this.state = state;
    this.events.changed();
  }
}

async function pour(file: Blob, start: number, channel: FileChannel): Promise<void> {
  const { piece: size = PIECE, most = HIGH } = channel;
  channel.bufferedAmountLowThreshold = most / 4;
  for (let at = start; at < file.size; at += SLICE) {
    const bytes = await file.slice(at, at + SLICE).arrayBuffer();
    for (let piece = 0; piece < bytes.byteLength; piece += size) {
      if (channel.bufferedAmount > most) await drained(channel);
      if (channel.readyState !== 'open') return;
      channel.send(bytes.slice(piece, piece + size));
    }
  }
  if (channel.readyState === 'open') channel.send('{"end":true}');
}

function drained(channel: FileChannel): Promise<void> {
  return new Promise((resolve) => {
    channel.onbufferedamountlow = channel.onclose = () => resolve();
    if (channel.bufferedAmount <= channel.bufferedAmountLowThreshold || channel.readyState !== 'open') resolve();
  });
}

function refuse(channel: FileChannel, code: string): void {
  if (channel.readyState === 'open') channel.send(JSON.stringify({ refused: code }));
}

function parse(data: unknown): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(String(data));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const PIECE = 64 * 1024;
const SLICE = 1024 * 1024;
const HIGH = 1024 * 1024;
const GATHER = 8 * 1024 * 1024;
const MOST_FRUITLESS = 5;
const AGAIN_AFTER = 500;
