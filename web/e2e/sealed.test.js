// Sound and pictures encrypted end to end: two browsers directly, three by the server, which reads none of it.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openChromium, openFirefox, received, until } from './browsers.js';
import { come, tileOf } from './people.js';
import { startServer } from './server.js';

let server;
let link;
const houses = [];
const pages = {};
const SMALL = { viewport: { width: 640, height: 480 }, camera: { width: 320, height: 180, frameRate: 15 } };
const RARELY = { every: 250, timeout: 30_000 };

before(async () => {
  server = await startServer();
  const chromium = await openChromium(SMALL);
  const firefox = await openFirefox(SMALL);
  houses.push(chromium, firefox);
  pages.ann = chromium.page;
  pages.bob = firefox.page;
  pages.cem = (await chromium.another(SMALL)).page;
  // As browsers were that had another way to the frames.
  await pages.cem.addInitScript(() => delete globalThis.RTCRtpScriptTransform);
  pages.dan = (await chromium.another({ ...SMALL, locale: 'ko-KR' })).page;
});

after(async () => {
  await Promise.all(houses.map((house) => house.close()));
  await server?.stop();
});

describe('a room that is encrypted end to end', () => {
  it('gets its key from the page that opens it, and its link carries it', async () => {
    await pages.ann.goto(`${server.url}/r/sealed`);
    await pages.ann.click('[data-seal]');
    const address = await pages.ann.evaluate(() => location.href);
    assert.match(address, /\/r\/sealed#key=[\w-]{22}$/);
    link = `sealed${new URL(address).hash}`;
    await come(pages.ann, server.url, link, 'ann');
    await pages.ann.waitForSelector('[data-sealed]');
    await pages.ann.click('[data-copy]');
    // It is copied by and by.
    const copied = await until('the link', () => pages.ann.evaluate(() => navigator.clipboard.readText()), RARELY);
    assert.equal(new URL(copied).hash, new URL(address).hash);
  });

  it('is seen and heard by two who have it, directly', async () => {
    await come(pages.dan, server.url, link, 'dan');
    await all(['ann', 'dan']);
    await until('a direct path', async () => (await tileOf(pages.ann, 'dan'))?.path.startsWith('direct'), RARELY);
    await pages.dan.click('.leave');
    await pages.dan.goto('about:blank');
  });

  it('is not seen by one without it who comes directly, nor does it show them, whoever was there first', async () => {
    for (const [first, second] of [['ann', 'dan'], ['dan', 'ann']]) {
      const there = { ann: link, dan: 'sealed' };
      for (const name of ['ann', 'dan']) await pages[name].goto('about:blank');
      for (const name of [first, second]) await come(pages[name], server.url, there[name], name);
      await until('ann is told of dan', () => locked('ann', 'dan'), RARELY);
      await until('dan is told of ann', () => locked('dan', 'ann'), RARELY);
      const then = await Promise.all([received(pages.ann), received(pages.dan)]);
      await until('packets come', async () => (await received(pages.dan)).packetsIn > then[1].packetsIn + 300, RARELY);
      await until('packets come', async () => (await received(pages.ann)).packetsIn > then[0].packetsIn + 300, RARELY);
      assert.ok((await tileOf(pages.ann, 'dan')).path.startsWith('direct'));
      assert.equal((await received(pages.ann)).frames, 0);
      // Some decoder calls noise a picture now and then.
      const decoded = (await received(pages.dan)).frames - then[1].frames;
      console.log(`    without the key ${decoded} frames decoded`);
      assert.ok(decoded < 20);
    }
    await pages.dan.goto('about:blank');
  });

  it('is seen and heard by three who have it, by the server', async () => {
    await come(pages.bob, server.url, link, 'bob');
    await come(pages.cem, server.url, link, 'cem');
    await all(['ann', 'bob', 'cem']);
    for (const [who, whom] of pairs(['ann', 'bob', 'cem'])) {
      await until(`${who} has ${whom} by the server`, async () => (await tileOf(pages[who], whom))?.path.startsWith('server'), RARELY);
    }
    await all(['ann', 'bob', 'cem']);
    assert.ok((await hears(pages.ann)) && (await hears(pages.bob)) && (await hears(pages.cem)));
  });

  it('shows nothing to one without the key, whom the server sends the same packets', async () => {
    await come(pages.dan, server.url, 'sealed', 'dan');
    for (const name of ['ann', 'bob', 'cem']) await until(`dan is told of ${name}`, () => locked('dan', name), RARELY);
    await until('the words', async () => /열쇠 없이 들어와서/.test((await tileOf(pages.dan, 'ann'))?.words), RARELY);
    const then = await pictures(pages.dan);
    const { packetsIn } = await received(pages.dan);
    await until('packets come', async () => (await received(pages.dan)).packetsIn > packetsIn + 600, RARELY);
    assert.deepEqual(await frames(pages.dan, ['ann', 'bob', 'cem']), [0, 0, 0]);
    // Some decoder calls noise a picture now and then; nobody is shown it.
    const now = await pictures(pages.dan);
    const [came, decoded] = [now.came - then.came, now.decoded - then.decoded];
    console.log(`    without the key ${came} frames came, ${decoded} of them were decoded`);
    assert.ok(decoded * 10 < came);
    // Nor is what is not encrypted taken for the real thing.
    for (const name of ['ann', 'bob', 'cem']) await until(`${name} is told of dan`, () => locked(name, 'dan'), RARELY);
    await until('the words', async () => /Cannot decrypt dan/.test((await tileOf(pages.ann, 'dan'))?.words), RARELY);
    await all(['ann', 'bob', 'cem']);
    await pages.dan.click('.leave');
  });

  it('shows nothing to one with another key, and says so', async () => {
    await pages.dan.goto('about:blank');
    await come(pages.dan, server.url, 'sealed#key=anotherKeyThanTheOthers', 'dan');
    for (const name of ['ann', 'bob', 'cem']) await until(`dan is told of ${name}`, () => locked('dan', name), RARELY);
    for (const name of ['ann', 'bob', 'cem']) await until(`${name} is told of dan`, () => locked(name, 'dan'), RARELY);
    assert.equal((await received(pages.dan)).frames, 0);
    await all(['ann', 'bob', 'cem']);
  });

  it('never told the server the key', async () => {
    const key = link.split('=')[1];
    assert.ok(!server.output().includes(key));
  });
});

const pairs = (names) => names.flatMap((who) => names.filter((whom) => whom !== who).map((whom) => [who, whom]));

const locked = async (who, whom) => (await tileOf(pages[who], whom))?.locked === 'true';

/** How many pictures of each that are shown were decoded so far. */
const frames = (page, names) =>
  page.evaluate(
    (names) =>
      Promise.all(
        names.map(async (name) => {
          const track = document.querySelector(`[data-participant][data-name=${name}] video`)?.srcObject?.getVideoTracks()[0];
          const receivers = globalThis.peerConnections.flatMap((connection) => (connection.connectionState === 'closed' ? [] : connection.getReceivers()));
          const reports = await receivers.find((receiver) => receiver.track === track)?.getStats();
          return [...(reports?.values() ?? [])].find(({ type }) => type === 'inbound-rtp')?.framesDecoded ?? 0;
        }),
      ),
    names,
  );

/** How many pictures came whole by all connections so far, and how many of them a decoder took. */
const pictures = (page) =>
  page.evaluate(async () => {
    const sum = { came: 0, decoded: 0 };
    for (const connection of globalThis.peerConnections) {
      if (connection.connectionState === 'closed') continue;
      for (const value of (await connection.getStats()).values()) {
        if (value.type !== 'inbound-rtp' || value.kind !== 'video') continue;
        sum.came += value.framesReceived ?? 0;
        sum.decoded += value.framesDecoded ?? 0;
      }
    }
    return sum;
  });

/** Pictures of each advance on the page of each other. */
async function all(names) {
  await Promise.all(
    names.map(async (who) => {
      const others = names.filter((whom) => whom !== who);
      let before;
      await until(
        `${who} sees ${others}`,
        async () => {
          const now = await frames(pages[who], others);
          before ??= now;
          return now.every((count, at) => count > before[at] + 5);
        },
        RARELY,
      );
    }),
  );
}

async function hears(page) {
  const { energy } = await received(page);
  await until('sound', async () => (await received(page)).energy > energy, RARELY);
  return true;
}
