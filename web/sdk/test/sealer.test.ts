import { describe, expect, it } from 'vitest';
import { Chain, Counter, open, seal, stretch } from '../src/sealer/frames';
import { Random } from './random';

const chain = (key: string, identity = 'ann', room = 'tea') => new Chain(stretch(key, room), identity);
const key = chain('the key');
const opens = (frame: ArrayBuffer, by: Chain) => open(frame, (generation) => by.key(generation));

/** A picture whose first byte says whether it is a keyframe. */
function picture(keyframe: boolean, length = 400): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length).map((_, at) => (at * 7) % 251);
  bytes[0] = keyframe ? 0x10 : 0x11;
  return bytes;
}

const sealed = async (bytes: Uint8Array<ArrayBuffer>, kind = 'video', generation = 0, by = key, counter = new Counter()) =>
  seal(bytes.buffer, kind, await by.key(generation), generation, counter);

describe('a frame', () => {
  it('is read by whoever has the key, and by nobody else', async () => {
    for (const bytes of [picture(true), picture(false), picture(true, 10), picture(false, 1)]) {
      const frame = await sealed(bytes);
      expect(new Uint8Array(await opens(frame, chain('the key')))).toEqual(bytes);
      await expect(opens(frame, chain('another key'))).rejects.toThrow();
      await expect(opens(frame, chain('the key', 'bob'))).rejects.toThrow();
      await expect(opens(frame, chain('the key', 'ann', 'coffee'))).rejects.toThrow();
    }
  });

  it('leaves clear what a server must read and nothing more', async () => {
    for (const [bytes, kind, clear] of [
      [picture(true), 'video', 10],
      [picture(false), 'video', 3],
      [picture(true), 'audio', 1],
    ] as const) {
      const frame = new Uint8Array(await sealed(bytes, kind));
      expect(frame.length).toBe(bytes.length + 30);
      expect(frame.subarray(0, clear)).toEqual(bytes.subarray(0, clear));
      const same = frame.subarray(clear, bytes.length).filter((byte, at) => byte === bytes[clear + at]).length;
      expect(same).toBeLessThan(20);
    }
  });

  it('is not read when any bit of it was changed', async () => {
    const frame = await sealed(picture(false, 40));
    for (let bit = 0; bit < frame.byteLength * 8; bit++) {
      const other = new Uint8Array(frame.slice(0));
      other[bit >> 3]! ^= 1 << (bit & 7);
      await expect(opens(other.buffer, key)).rejects.toThrow();
    }
  });

  it('of rubbish is refused', async () => {
    const random = new Random(7);
    for (let i = 0; i < 500; i++) {
      const bytes = new Uint8Array(random.below(60)).map(() => random.below(256));
      await expect(opens(bytes.buffer, key)).rejects.toThrow();
    }
  });

  it('never has the number of another under one key', async () => {
    const counters = [new Counter(), new Counter(), new Counter()];
    const seen = new Set(counters.flatMap((counter) => Array.from({ length: 1000 }, () => counter.next().join())));
    expect(seen.size).toBe(3000);
  });

  it('of any turn of the key is read, by who was there and by who comes later', async () => {
    const listener = chain('the key');
    for (const generation of [0, 1, 2, 7, 7, 3, 255]) {
      const frame = await sealed(picture(true), 'video', generation);
      expect(new Uint8Array(await opens(frame, listener))).toEqual(picture(true));
      expect(new Uint8Array(await opens(frame, chain('the key')))).toEqual(picture(true));
    }
    const [first, second] = await Promise.all([sealed(picture(true), 'video', 0), sealed(picture(true), 'video', 1)]);
    const onlyFirst = () => key.key(0);
    await expect(open(first, onlyFirst)).resolves.toBeDefined();
    await expect(open(second, onlyFirst)).rejects.toThrow();
  });
});
