import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Sha256, sha256 } from '../src/sha256';
import { Random } from './random';

describe('SHA-256', () => {
  it('gives the digests of FIPS 180', () => {
    const text = (value: string) => new Sha256().update(new TextEncoder().encode(value)).hex();
    expect(text('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(text('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(text('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq')).toBe(
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    );
  });

  it('agrees with another implementation, however the bytes are cut', () => {
    const random = new Random(2);
    for (let round = 0; round < 200; round++) {
      const bytes = Uint8Array.from({ length: random.below(400) }, () => random.below(256));
      const hash = new Sha256();
      for (let at = 0; at < bytes.length; ) {
        const length = 1 + random.below(150);
        hash.update(bytes.subarray(at, at + length));
        at += length;
      }
      expect(hash.hex()).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
  });

  it('reads a blob piece by piece', async () => {
    const bytes = Buffer.alloc(3_000_001, 'madang');
    expect(await sha256(new Blob([bytes]))).toBe(createHash('sha256').update(bytes).digest('hex'));
  });
});
