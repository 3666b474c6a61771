import { OPUS, prefer, VP8, VP8_REPEATED } from './codecs';
import type { FromSealer, Stream, ToSealer } from './sealer/messages';

/**
 * End-to-end encryption of sound and pictures: each frame is encrypted before it is sent, and
 * decrypted when it arrives, in a worker, by a key that people hand each other and no server sees.
 *
 * VP8 and Opus only: of these the few bytes that a server must read are known.
 */
export class Sealing {
  /** Under which name this page sends. */
  identity = '';
  /**
   * What a connection needs to know when it is made. Chromium reads it, and then sends and shows
   * nothing that went through no transform; else what gets its transform later than in the turn in
   * which it came to be goes on in clear, without a word.
   */
  readonly configuration: object = { encodedInsertableStreams: true };
  private readonly worker: Worker;
  private readonly ids = new WeakMap<RTCRtpReceiver, number>();
  private readonly tracks = new Map<number, WeakRef<MediaStreamTrack>>();
  private shut = new WeakSet<MediaStreamTrack>();
  private lastId = 0;

  /** `changed` is called when something can or cannot be decrypted any more. */
  constructor(key: string, room: string, address: string | URL, changed: () => void) {
    this.worker = workerAt(new URL(address, globalThis.location?.href));
    this.worker.onmessage = ({ data: { id, opened } }: MessageEvent<FromSealer>) => {
      const track = this.tracks.get(id)?.deref();
      if (!track) return void this.tracks.delete(id);
      this.shut[opened ? 'delete' : 'add'](track);
      changed();
    };
    this.tell({ is: 'key', key, room });
  }

  /** Everything that this place sends from now on. To be called before it sends. */
  seal(place: RTCRtpTransceiver): void {
    const { sender, receiver } = place;
    if (sender.transform || DONE.has(sender)) return;
    this.run(sender, { id: ++this.lastId, out: true, kind: receiver.track.kind, identity: this.identity });
    only(place);
  }

  /** Everything that this place receives from now on, which is of `identity`. */
  open(place: RTCRtpTransceiver, identity: string): void {
    const { receiver } = place;
    const known = this.ids.get(receiver);
    if (known !== undefined) return this.tell({ is: 'owner', id: known, identity });
    const id = ++this.lastId;
    this.ids.set(receiver, id);
    this.tracks.set(id, new WeakRef(receiver.track));
    this.run(receiver, { id, out: false, kind: receiver.track.kind, identity });
    // What pictures come in is for who sends them to say.
    if (receiver.track.kind === 'audio') only(place);
  }

  /** Whether what comes cannot be decrypted. */
  isShut(track: MediaStreamTrack | undefined): boolean {
    return !!track && this.shut.has(track);
  }

  /** Somebody came: what is sent from now on has another key. */
  turn(): void {
    this.tell({ is: 'turn' });
  }

  close(): void {
    this.worker.terminate();
  }

  private run(end: RTCRtpSender | RTCRtpReceiver, stream: Stream): void {
    if (SCRIPTED) end.transform = new RTCRtpScriptTransform(this.worker, stream);
    else {
      DONE.add(end);
      const { readable, writable } = (end as unknown as Insertable).createEncodedStreams();
      this.tell({ is: 'stream', stream, readable, writable }, [readable, writable]);
    }
  }

  private tell(message: ToSealer, transfer: Transferable[] = []): void {
    this.worker.postMessage(message, transfer);
  }
}

/** Whether this browser can do it. */
export function canSeal(): boolean {
  // Pages by plain http have no ciphers.
  if (!globalThis.crypto?.subtle) return false;
  return SCRIPTED || typeof (globalThis.RTCRtpSender?.prototype as Partial<Insertable> | undefined)?.createEncodedStreams === 'function';
}

/**
 * Only what can be encrypted and still be forwarded; redundant sound would be one frame in another.
 * What Firefox then offers directly Chromium does not read: they find each other by the server.
 */
function only(place: RTCRtpTransceiver): void {
  const sound = place.receiver.track.kind === 'audio';
  prefer(place, sound ? OPUS : /firefox/i.test(navigator.userAgent) ? VP8 : VP8_REPEATED, true);
}

/** Pages of other origins may not start a worker at ours; they start one of their own that fetches it. */
function workerAt(address: URL): Worker {
  if (address.origin === globalThis.location?.origin) return new Worker(address);
  return new Worker(URL.createObjectURL(new Blob([`importScripts(${JSON.stringify(address.href)})`], { type: 'text/javascript' })));
}

interface Insertable {
  createEncodedStreams(): ReadableWritablePair & { readable: Transferable; writable: Transferable };
}

const SCRIPTED = typeof RTCRtpScriptTransform !== 'undefined';
const DONE = new WeakSet<RTCRtpSender | RTCRtpReceiver>();
