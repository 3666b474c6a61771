/**
 * Frames of sound and pictures, encrypted from one page to the others (AES-GCM):
 *
 *     head | encrypted | tag 16 | iv 12 | generation 1 | length of the head 1
 *
 * The head is what whoever forwards has to read: of VP8 whether it is a keyframe and how large the
 * picture is, of Opus what the frame is. It is authenticated with the rest, and so is the end.
 */

/** What everybody makes of the key that people hand each other. The room's name makes guesses for one room worthless in another. */
export async function stretch(key: string, room: string): Promise<CryptoKey> {
  const typed = await crypto.subtle.importKey('raw', utf8(key.normalize('NFC')), 'PBKDF2', false, ['deriveBits']);
  const salt = utf8(`madang room ${room.normalize('NFC').toLowerCase()}`);
  const bits = await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations: 100_000 }, typed, 256);
  return material(bits);
}

/**
 * The keys of one sender, each made of the one before, which does not follow from it: whoever finds
 * one key reads nothing of what was sent before it.
 */
export class Chain {
  private readonly secrets: Promise<CryptoKey>[];
  private readonly keys = new Map<number, Promise<CryptoKey>>();

  constructor(base: Promise<CryptoKey>, identity: string) {
    this.secrets = [base.then((secret) => next(secret, `sender ${identity}`))];
  }

  /** `generation` is a byte. */
  key(generation: number): Promise<CryptoKey> {
    let key = this.keys.get(generation);
    if (!key) {
      while (this.secrets.length <= generation) this.secrets.push(this.secrets.at(-1)!.then((secret) => next(secret, 'ratchet')));
      key = this.secrets[generation]!.then((secret) =>
        crypto.subtle.deriveKey(hkdf('frames'), secret, { name: 'AES-GCM', length: 128 }, false, ['encrypt', 'decrypt']),
      );
      this.keys.set(generation, key);
    }
    return key;
  }
}

/** What makes one stream's frames differ from all others under the same key: 64 random bits, then a count. */
export class Counter {
  private readonly iv = new Uint8Array(12);
  private count = 2 ** 32;

  next(): Uint8Array<ArrayBuffer> {
    if (this.count === 2 ** 32) {
      crypto.getRandomValues(this.iv);
      this.count = 0;
    }
    new DataView(this.iv.buffer).setUint32(8, this.count++);
    return this.iv.slice();
  }
}

export async function seal(frame: ArrayBuffer, kind: string, key: CryptoKey, generation: number, counter: Counter): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(frame);
  const head = bytes.subarray(0, headLength(bytes, kind));
  const iv = counter.next();
  const end = Uint8Array.of(generation, head.length);
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: joined(head, end) }, key, bytes.subarray(head.length));
  return joined(head, new Uint8Array(sealed), iv, end).buffer;
}

/** Throws when it is not what a sender with that key made. */
export async function open(frame: ArrayBuffer, keyOf: (generation: number) => Promise<CryptoKey>): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(frame);
  const end = bytes.subarray(-2);
  const [generation = 0, length = 0] = end;
  const ivAt = bytes.length - 14;
  if (ivAt - length < 16) throw new Error('too short');
  const head = bytes.subarray(0, length);
  const iv = bytes.slice(ivAt, ivAt + 12);
  const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: joined(head, end) }, await keyOf(generation), bytes.subarray(length, ivAt));
  return joined(head, new Uint8Array(opened)).buffer;
}

/**
 * RFC 6386 section 9.1: a frame's first bit is 0 for a keyframe, whose first ten bytes end with its
 * size; of others three bytes are the frame's tag. RFC 6716 section 3.1: Opus begins with its TOC.
 */
function headLength(bytes: Uint8Array, kind: string): number {
  const wanted = kind === 'audio' ? 1 : bytes[0]! & 1 ? 3 : 10;
  return Math.min(wanted, bytes.length);
}

async function next(secret: CryptoKey, info: string): Promise<CryptoKey> {
  return material(await crypto.subtle.deriveBits(hkdf(info), secret, 256));
}

function material(bits: BufferSource): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', bits, 'HKDF', false, ['deriveBits', 'deriveKey']);
}

function hkdf(info: string): HkdfParams {
  return { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: utf8(`madang ${info}`) };
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
}
