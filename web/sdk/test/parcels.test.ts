import { describe, expect, it } from 'vitest';
import { Fetch, Shelf } from '../src/files';
import { Parcels } from '../src/parcels';
import { problems } from '../src/problem';
import { sha256 } from '../src/sha256';

/** Two pages and a server that passes on, one parcel a turn; what is on its way is counted. */
function pages(served: Shelf) {
  const way: (() => void)[] = [];
  let bytes = 0;
  let most = 0;
  let taken = true;
  const pass = (from: string, to: () => Parcels) => (_: string, parcel: Uint8Array<ArrayBuffer>) => {
    if (!taken) return false;
    bytes += parcel.length;
    most = Math.max(most, bytes);
    way.push(() => {
      bytes -= parcel.length;
      to().receive(from, parcel.slice().buffer);
    });
    if (way.length === 1) setImmediate(turn);
    return true;
  };
  const turn = () => {
    way[0]!();
    way.shift();
    if (way.length > 0) setImmediate(turn);
  };
  const owner: Parcels = new Parcels({ send: pass('ann', () => guest), asked: (from, channel) => served.serve(channel, from) });
  const guest: Parcels = new Parcels({ send: pass('bob', () => owner), asked: () => {} });
  return { guest, owner, most: () => most, cut: (off: boolean) => (taken = !off) };
}

async function offerOf(size: number) {
  const bytes = new Uint8Array(size).map((_, at) => at * 31 + (at >> 9));
  const file = new File([bytes], 'plan.bin');
  return { file, offer: { id: 'f', name: 'plan.bin', size, type: '', sha256: await sha256(file) } };
}

function fetchBy(parcels: Parcels, offer: Awaited<ReturnType<typeof offerOf>>['offer']) {
  return new Fetch(offer, problems('en'), { own: () => undefined, hopeless: () => undefined, open: () => parcels.open('ann') });
}

describe('files by the server', () => {
  it('arrive whole, with a quarter of a megabyte on the way at most', async () => {
    const { file, offer } = await offerOf(3_000_001);
    const shelf = new Shelf();
    shelf.put('f', file, undefined);
    const { guest, most } = pages(shelf);
    const blob = await fetchBy(guest, offer).blob;
    // Its hash was compared.
    expect(blob.size).toBe(3_000_001);
    expect(most()).toBeLessThan(300 * 1024);
  });

  it('go on where they stopped when the way was cut', async () => {
    const { file, offer } = await offerOf(1_000_000);
    const shelf = new Shelf();
    shelf.put('f', file, undefined);
    const { guest, owner, cut } = pages(shelf);
    const fetch = fetchBy(guest, offer);
    await new Promise<void>((resolve) => fetch.on('change', () => fetch.receivedBytes > 300_000 && resolve()));
    cut(true);
    owner.close();
    guest.close();
    cut(false);
    expect((await fetch.blob).size).toBe(1_000_000);
  });

  it('are refused when they are not there, and come two at a time', async () => {
    const { offer } = await offerOf(10);
    const { guest } = pages(new Shelf());
    await expect(fetchBy(guest, offer).blob).rejects.toMatchObject({ code: 'file-gone' });
    const { guest: other } = pages(new Shelf());
    expect([other.open('ann'), other.open('ann'), other.open('ann')].filter(Boolean)).toHaveLength(2);
  });

  it('have no room for nonsense', () => {
    const { guest } = pages(new Shelf());
    for (let length = 0; length < 30; length++) guest.receive('ann', crypto.getRandomValues(new Uint8Array(length)).buffer);
  });
});
