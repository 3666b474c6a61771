// What people send each other by `room.send`, with the same words whichever way the room takes.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openChromium, openFirefox, until } from '../browsers.js';
import { startServer } from '../server.js';

let server;
const houses = [];
let ann;
let bob;
let cem;

before(async () => {
  server = await startServer({ flags: { 'signal.limits.people': '25', 'signal.limits.direct': '2' } });
  const chromium = await openChromium();
  const firefox = await openFirefox();
  houses.push(chromium, firefox);
  ann = await open('ann', chromium.page);
  bob = await open('bob', firefox.page);
  cem = await open('cem', (await chromium.another()).page);
});

after(async () => {
  await Promise.all(houses.map((each) => each.close()));
  await server?.stop();
});

describe('messages in a room', () => {
  it('arrive once each while the third comes and goes', async () => {
    await join(ann);
    await join(bob);
    await until('a direct path', () => ann.evaluate(() => room.participants[0]?.connection.state === 'connected'));
    // Twenty a second both ways, all through the changes.
    for (const page of [ann, bob]) await page.evaluate(talk);
    await join(cem);
    await until('all by the server', () => topology([ann, bob, cem], 'server'));
    await until('no direct path any more', () => ann.evaluate(() => room.participants.every(({ peer }) => !peer)));
    await cem.evaluate(() => room.send('from cem'));
    for (const page of [ann, bob]) await heard(page, 'cem', 'from cem');
    await cem.evaluate(() => room.leave());
    await until('direct again', () => topology([ann, bob], 'direct'), { timeout: 30_000 });
    await until('no server any more', () => ann.evaluate(() => !room.route.up && !room.route.down), { timeout: 30_000 });
    for (const [page, other, name] of [
      [ann, bob, 'ann'],
      [bob, ann, 'bob'],
    ]) {
      const said = await page.evaluate(() => hush());
      await until(`all of ${name}`, () => other.evaluate(([name, said]) => got.filter((each) => each.startsWith(`${name} n`)).length >= said, [name, said]));
      const numbers = await other.evaluate((name) => got.filter((each) => each.startsWith(`${name} n`)).map((each) => Number(each.split(' n')[1])), name);
      assert.equal(numbers.length, said);
      assert.deepEqual([...new Set(numbers)].sort((a, b) => a - b), Array.from({ length: said }, (_, at) => at));
    }
  });

  it('are text or bytes, for one or for all, reliable or fast, up to 64 KiB', async () => {
    await open('cem', cem);
    await join(cem);
    await until('all by the server', () => topology([ann, bob, cem], 'server'));
    await until('no direct path any more', () => ann.evaluate(() => room.participants.every(({ peer }) => !peer)));
    for (const page of [ann, bob, cem]) await page.evaluate(() => (got.length = 0));
    const counts = await ann.evaluate(async () => {
      const of = (name) => room.participants.find((each) => each.name === name).identity;
      const big = new Uint8Array(64 * 1024).map((_, at) => at * 31 + (at >> 8));
      const counts = [room.send('text 한글'), room.send('', { to: of('bob') }), room.send(big), room.send(big.subarray(7, 9), { to: of('cem') })];
      counts.push(room.send('nobody', { to: 'somebody else' }));
      // May be lost; of so many, hardly all.
      for (let i = 0; i < 20; i++) room.send('fast', { reliable: false });
      try {
        room.send(new Uint8Array(64 * 1024 + 1));
      } catch ({ code }) {
        counts.push(code);
      }
      return counts;
    });
    assert.deepEqual(counts, [2, 1, 2, 1, 0, 'too-large']);
    const hash = await ann.evaluate(() => hashOf(new Uint8Array(64 * 1024).map((_, at) => at * 31 + (at >> 8))));
    const two = await ann.evaluate(() => hashOf(new Uint8Array([7 * 31, 8 * 31])));
    await heard(bob, 'ann', `bytes ${hash}`);
    await heard(cem, 'ann', `bytes ${two}`);
    await until('fast ones', () => bob.evaluate(() => got.some((each) => each === 'ann fast ~')));
    const reliable = (page) => page.evaluate(() => got.filter((each) => !each.includes('~')));
    assert.deepEqual(await reliable(bob), ['ann text 한글', 'ann ', `ann bytes ${hash}`]);
    assert.deepEqual(await reliable(cem), ['ann text 한글', `ann bytes ${hash}`, `ann bytes ${two}`]);
  });

  it('carry files through the server, whole and by their hash, to two at once, and messages pass beside them', async () => {
    for (const page of [ann, bob, cem]) await page.evaluate(() => (got.length = 0));
    for (const page of [bob, cem]) {
      await page.evaluate(() => {
        globalThis.fetched = new Promise((resolve, reject) => {
          room.on('file', (offer) => room.fetchFile(offer).blob.then(async (blob) => resolve(hashOf(new Uint8Array(await blob.arrayBuffer()))), reject));
        });
      });
    }
    const sum = await ann.evaluate(async () => {
      const bytes = new Uint8Array(1_500_000).map((_, at) => at * 7 + (at >> 10));
      await room.offerFile(new File([bytes], 'plan.bin'));
      return hashOf(bytes);
    });
    await cem.evaluate(() => room.send('beside it'));
    await heard(bob, 'cem', 'beside it');
    for (const page of [bob, cem]) assert.equal(await page.evaluate(() => fetched), sum);
  });

  it('come whole and in order when there are many, both ways at once', async () => {
    for (const page of [ann, bob, cem]) await page.evaluate(() => (got.length = 0));
    const send = async () => {
      let sum = 0;
      for (let i = 0; i < 60; i++) {
        const bytes = new Uint8Array(1000 + ((i * 7919) % 30_000)).map((_, at) => at * i);
        while (room.send(bytes) === 0) await new Promise((resolve) => setTimeout(resolve, 50));
        sum = (sum * 31 + hashOf(bytes)) >>> 0;
      }
      return sum;
    };
    const [sumA, sumB, sumC] = await Promise.all([ann, bob, cem].map((page) => page.evaluate(send)));
    for (const page of [ann, bob, cem]) {
      await until('all', () => page.evaluate(() => got.length === 120), { timeout: 60_000 });
      const sums = await page.evaluate(() => {
        const sums = {};
        for (const each of got) {
          const [who, , hash] = each.split(' ');
          sums[who] = ((sums[who] ?? 0) * 31 + Number(hash)) >>> 0;
        }
        return sums;
      });
      for (const [who, sum] of Object.entries(sums)) assert.equal(sum, { ann: sumA, bob: sumB, cem: sumC }[who]);
    }
  });
});

async function open(name, page) {
  await page.goto(`${server.url}/trust`);
  await page.evaluate(prepare, name);
  return page;
}

/** In the page: what comes is kept as `WHO what`, bytes as their hash, fast ones with a `~`. */
function prepare(name) {
  globalThis.got = [];
  globalThis.hashOf = (bytes) => bytes.reduce((hash, byte) => Math.imul(hash ^ byte, 16777619) >>> 0, 2166136261);
  globalThis.join = async () => {
    const madang = await import('/sdk/madang.js');
    globalThis.room = await madang.join('letters', { name });
    room.on('message', (data, from, reliable) =>
      got.push(`${from.name} ${typeof data === 'string' ? data : `bytes ${hashOf(new Uint8Array(data))}`}${reliable ? '' : ' ~'}`),
    );
  };
}

const join = (page) => page.evaluate(() => globalThis.join());

function talk() {
  let said = 0;
  const timer = setInterval(() => {
    if (room.send(`n${said}`) > 0) said++;
  }, 50);
  globalThis.hush = () => {
    clearInterval(timer);
    return said;
  };
}

async function topology(pages, path) {
  const paths = await Promise.all(pages.map((page) => page.evaluate(() => room.participants.map(({ connection }) => connection.path))));
  return paths.every((each) => each.length === pages.length - 1 && each.every((one) => one === path));
}

const heard = (page, who, what) => until(`${what} of ${who}`, () => page.evaluate((line) => got.includes(line), `${who} ${what}`));
