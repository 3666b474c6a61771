import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Fetch, Shelf, type FileChannel } from '../src/files';
import { problems } from '../src/problem';
import type { FileOffer } from '../src/types';
import { settled } from './fake-connection';
import { Random } from './random';

/** One end of a channel in memory: delivers in order, one message a turn; what is under way is lost when it closes. */
class MemoryChannel implements FileChannel {
  readyState: RTCDataChannelState = 'open';
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  binaryType: BinaryType = 'blob';
  onopen: FileChannel['onopen'] = null;
  onmessage: FileChannel['onmessage'] = null;
  onclose: FileChannel['onclose'] = null;
  onbufferedamountlow: FileChannel['onbufferedamountlow'] = null;
  far!: MemoryChannel;
  private readonly queue: (string | ArrayBuffer)[] = [];
  mostBuffered = 0;

  static pair(): [MemoryChannel, MemoryChannel] {
    const [one, other] = [new MemoryChannel(), new MemoryChannel()];
    one.far = other;
    other.far = one;
    return [one, other];
  }

  send(data: string | ArrayBuffer): void {
    if (this.readyState !== 'open') throw new Error('closed');
    const size = typeof data === 'string' ? data.length : data.byteLength;
    this.bufferedAmount += size;
    this.mostBuffered = Math.max(this.mostBuffered, this.bufferedAmount);
    this.queue.push(data);
    if (this.queue.length === 1) setImmediate(() => this.deliver());
  }

  private deliver(): void {
    if (this.readyState !== 'open') return;
    const data = this.queue.shift()!;
    this.bufferedAmount -= typeof data === 'string' ? data.length : data.byteLength;
    if (this.bufferedAmount <= this.bufferedAmountLowThreshold) this.onbufferedamountlow?.(new Event('low'));
    this.far.onmessage?.({ data } as MessageEvent);
    if (this.queue.length > 0) setImmediate(() => this.deliver());
  }

  close(): void {
    for (const end of [this, this.far]) {
      if (end.readyState === 'closed') continue;
      end.readyState = 'closed';
      setImmediate(() => end.onclose?.(new Event('close')));
    }
  }
}

const say = problems('en');
const random = new Random(4);

function fileOf(size: number): { bytes: Uint8Array<ArrayBuffer>; offer: FileOffer } {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at++) bytes[at] = random.below(256);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { bytes, offer: { id: 'f1', name: 'a.bin', size, type: 'application/octet-stream', sha256 } };
}

function start(shelf: Shelf, offer: FileOffer, { connected = (): boolean => true, there = (): boolean => true, from = 'bob' } = {}) {
  const channels: MemoryChannel[] = [];
  const fetch = new Fetch(offer, say, {
    own: () => undefined,
    hopeless: () => (there() ? undefined : ('file-gone' as const)),
    open: () => {
      if (!connected()) return undefined;
      const [near, far] = MemoryChannel.pair();
      channels.push(near);
      shelf.serve(far, from);
      return near;
    },
  });
  return { fetch, channels };
}

describe('a file', () => {
  it.each([0, 1, 65_536, 65_537, 3_000_000])('of %i bytes arrives whole', async (size) => {
    const { bytes, offer } = fileOf(size);
    const shelf = new Shelf();
    shelf.put('f1', new Blob([bytes]), undefined);
    const { fetch } = start(shelf, offer);
    let last = -1;
    fetch.on('change', () => {
      expect(fetch.receivedBytes).toBeGreaterThanOrEqual(last);
      last = fetch.receivedBytes;
    });
    const blob = await fetch.blob;
    expect(Buffer.from(await blob.arrayBuffer()).equals(Buffer.from(bytes))).toBe(true);
    expect(fetch.state).toBe('done');
    expect(fetch.receivedBytes).toBe(size);
  });

  it('never stands in the sender’s memory as a whole', async () => {
    const { bytes, offer } = fileOf(4_000_000);
    const shelf = new Shelf();
    shelf.put('f1', new Blob([bytes]), undefined);
    const { fetch, channels } = start(shelf, offer);
    await fetch.blob;
    expect(channels[0]!.far.mostBuffered).toBeLessThan(1_200_000);
  });

  it('goes on where it stopped when the connection breaks, again and again', async () => {
    const { bytes, offer } = fileOf(2_000_000);
    const shelf = new Shelf();
    shelf.put('f1', new Blob([bytes]), undefined);
    let connected = true;
    const { fetch, channels } = start(shelf, offer, { connected: () => connected });
    const states = new Set<string>();
    fetch.on('change', () => states.add(fetch.state));
    for (const stopAt of [300_000, 900_000, 1_500_000]) {
      while (fetch.receivedBytes < stopAt) await settled();
      connected = false;
      channels.at(-1)!.close();
      while (fetch.state !== 'waiting') await settled();
      connected = true;
      fetch.look();
    }
    const blob = await fetch.blob;
    expect(createHash('sha256').update(Buffer.from(await blob.arrayBuffer())).digest('hex')).toBe(offer.sha256);
    expect(channels.length).toBe(4);
    expect(states).toContain('waiting');
  });

  it('that arrives damaged is refused', async () => {
    const { bytes, offer } = fileOf(100_000);
    bytes[50_000]! ^= 1;
    const shelf = new Shelf();
    shelf.put('f1', new Blob([bytes]), undefined);
    const { fetch } = start(shelf, offer);
    await expect(fetch.blob).rejects.toMatchObject({ code: 'file-broken', help: expect.any(String) });
    expect(fetch.state).toBe('failed');
  });

  it('that is longer than promised is refused before it fills the memory', async () => {
    const { bytes, offer } = fileOf(1_000_000);
    const shelf = new Shelf();
    shelf.put('f1', new Blob([bytes]), undefined);
    const { fetch } = start(shelf, { ...offer, size: 100_000 });
    await expect(fetch.blob).rejects.toMatchObject({ code: 'file-broken' });
    expect(fetch.receivedBytes).toBeLessThan(200_000);
  });

  it('offered to one is given to no other, nor one that was never offered', async () => {
    const { bytes, offer } = fileOf(10);
    const shelf = new Shelf();
    shelf.put('f1', new Blob([bytes]), 'ann');
    await expect(start(shelf, offer, { from: 'bob' }).fetch.blob).rejects.toMatchObject({ code: 'file-gone' });
    await expect(start(shelf, { ...offer, id: 'f2' }, { from: 'ann' }).fetch.blob).rejects.toMatchObject({ code: 'file-gone' });
    expect((await start(shelf, offer, { from: 'ann' }).fetch.blob).size).toBe(10);
  });

  it('fails with a reason when the one who offers is gone', async () => {
    const { bytes, offer } = fileOf(2_000_000);
    const shelf = new Shelf();
    shelf.put('f1', new Blob([bytes]), undefined);
    let there = true;
    const { fetch, channels } = start(shelf, offer, { there: () => there });
    while (fetch.receivedBytes < 500_000) await settled();
    there = false;
    channels[0]!.close();
    fetch.look();
    await expect(fetch.blob).rejects.toMatchObject({ code: 'file-gone' });
  });

  it('can be cancelled, and the sender stops', async () => {
    const { bytes, offer } = fileOf(4_000_000);
    const shelf = new Shelf();
    shelf.put('f1', new Blob([bytes]), undefined);
    const { fetch, channels } = start(shelf, offer);
    while (fetch.receivedBytes < 300_000) await settled();
    fetch.cancel();
    await expect(fetch.blob).rejects.toMatchObject({ code: 'file-cancelled' });
    expect(channels[0]!.readyState).toBe('closed');
  });

  it('survives rubbish on its channel', async () => {
    const shelf = new Shelf();
    shelf.put('f1', new Blob(['x']), undefined);
    for (const rubbish of ['', '{', 'null', '[]', '{"fetch":"f1","from":-1}', '{"fetch":"f1","from":"x"}', '{"fetch":{}}']) {
      const [near, far] = MemoryChannel.pair();
      const answer = new Promise((resolve) => (near.onmessage = ({ data }) => resolve(data)));
      shelf.serve(far, 'bob');
      near.send(rubbish);
      expect(String(await answer), rubbish).toContain('refused');
    }
  });
});
