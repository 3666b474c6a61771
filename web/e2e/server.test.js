// Three people in one room: their sound and pictures go through the server, and only then.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openChromium, openFirefox, seesAndHears, until } from './browsers.js';
import { come, enter, namesOn, openPanel, tileOf } from './people.js';
import { metric, startServer } from './server.js';

let server;
const houses = [];
const pages = {};

// Three browsers that encode and draw without any hardware share two cores with the server, whose
// work it is that is looked at: hence small windows and small cameras, and looks that are rare.
const SMALL = { viewport: { width: 640, height: 480 }, camera: { width: 320, height: 180, frameRate: 15 } };
const RARELY = { every: 250 };

before(async () => {
  server = await startServer();
  const chromium = await openChromium(SMALL);
  const firefox = await openFirefox(SMALL);
  houses.push(chromium, firefox);
  pages.ann = chromium.page;
  pages.bob = firefox.page;
  pages.cem = (await chromium.another({ ...SMALL, locale: 'ko-KR' })).page;
});

after(async () => {
  await Promise.all(houses.map((house) => house.close()));
  await server?.stop();
});

describe('a room of three: two Chromium and a Firefox', () => {
  it('sends nothing through the server while there are two', async () => {
    await come(pages.ann, server.url, 'three', 'ann');
    await come(pages.bob, server.url, 'three', 'bob');
    await Promise.all([seesAndHears(pages.ann), seesAndHears(pages.bob)]);
    await Promise.all([by('ann', 'bob', 'direct'), by('bob', 'ann', 'direct')]);
    assert.equal(await forwarded(), 0);
  });

  it('moves to the server when the third comes, without a gap', async () => {
    await Promise.all([watch('ann'), watch('bob')]);
    await enter(pages.cem, server.url, 'three', 'cem');
    const pressed = Date.now();
    await pages.cem.waitForSelector('[data-room-state=connected]');
    await watch('cem');
    const shown = await Promise.all(pairs().map(([who, whom]) => until(`${who} sees and hears ${whom} by the server`, () => byServer(who, whom), RARELY)));
    console.log(`    all see and hear all by the server ${Math.max(...shown) - pressed} ms after Join`);
    // The old way is kept a little longer; what flows then, flows by the server alone.
    await until('no direct connection', async () => (await connections(pages.ann)) === 2 && (await connections(pages.bob)) === 2, RARELY);
    await noPause('ann', 'bob');
    await noPause('bob', 'ann');
    assert.ok((await forwarded()) > 0);
  });

  it('is said in the panel of quality, in both languages', async () => {
    for (const [who, words] of [
      ['ann', 'Through the server, by UDP'],
      ['cem', '서버를 거쳐, UDP로'],
    ]) {
      const page = pages[who];
      await openPanel(page, 'quality', 'q');
      await until('the words', () => page.evaluate((words) => document.querySelector('[data-panel=quality]')?.innerText.includes(words), words), RARELY);
      if (process.env.LOOK) await page.screenshot({ path: `${process.env.LOOK}/${who}.png` });
      await page.keyboard.press('Escape');
      assert.deepEqual(await namesOn(page), ['ann', 'bob', 'cem']);
    }
  });

  it('goes directly again five seconds after one has left, without a gap', async () => {
    await Promise.all([watch('ann'), watch('bob')]);
    await pages.cem.click('.leave');
    await Promise.all([by('ann', 'bob', 'direct'), by('bob', 'ann', 'direct')]);
    await until('no connection with the server', async () => (await connections(pages.ann)) === 1 && (await connections(pages.bob)) === 1, RARELY);
    await Promise.all([seesAndHears(pages.ann), seesAndHears(pages.bob)]);
    await noPause('ann', 'bob');
    await noPause('bob', 'ann');
    const then = await forwarded();
    await seesAndHears(pages.ann);
    assert.equal(await forwarded(), then);
  });
});

const pairs = () => ['ann', 'bob', 'cem'].flatMap((who, _, all) => all.filter((whom) => whom !== who).map((whom) => [who, whom]));

const by = (who, whom, way) =>
  until(`${who} has ${whom} ${way}`, async () => {
    const tile = await tileOf(pages[who], whom);
    return tile?.link === 'connected' && tile.path.startsWith(way);
  }, RARELY);

const connections = (page) => page.evaluate(() => globalThis.peerConnections.filter(({ connectionState }) => connectionState !== 'closed').length);

async function forwarded() {
  return metric(await server.metrics(), 'madang_media_rtp_bytes_out_total');
}

/**
 * From now on the page of `who` looks itself, every 100 ms, at what its connections have played out
 * last: since when somebody's picture and sound come by the server, and the longest pause in them.
 */
function watch(who) {
  return pages[who].evaluate(() => {
    clearInterval(globalThis.watching);
    const people = (globalThis.flow = {});
    const receivers = () => globalThis.peerConnections.flatMap((connection) => (connection.connectionState === 'closed' ? [] : connection.getReceivers().map((receiver) => ({ receiver, connection }))));
    const elements = () => [
      ...[...document.querySelectorAll('[data-participant][data-me=false]')].flatMap((tile) => {
        const video = tile.querySelector('video');
        return video?.srcObject ? [[tile.dataset.name, 'picture', video]] : [];
      }),
      ...[...globalThis.mediaElements].flatMap((element, at) => (element instanceof HTMLAudioElement && element.srcObject && !element.muted ? [[`voice ${at}`, 'sound', element]] : [])),
    ];
    let looked = performance.now();
    globalThis.watching = setInterval(() => {
      const all = receivers();
      // While the page itself is held up it cannot tell what comes.
      const late = Math.max(0, performance.now() - looked - 100);
      looked = performance.now();
      for (const known of Object.values(people)) known.at += late;
      for (const [name, kind, element] of elements()) {
        const track = element.srcObject.getTracks().at(-1);
        const found = all.find(({ receiver }) => receiver.track === track);
        const played = found?.receiver.getSynchronizationSources()[0]?.rtpTimestamp;
        const known = (people[`${name} ${kind}`] ??= { at: performance.now(), longest: 0, byServer: undefined });
        if (played === undefined) continue;
        if (played !== known.played) {
          if (known.played !== undefined) known.longest = Math.max(known.longest, performance.now() - known.at);
          Object.assign(known, { played, at: performance.now() });
          // Only the server's connections go one way.
          if (found.connection.getTransceivers().every(({ currentDirection }) => currentDirection !== 'sendrecv')) known.byServer ??= Date.now();
        }
      }
    }, 100);
  });
}

/** When the picture of `whom` first came by the server to `who`, if it has, and as many sounds. */
const byServer = (who, whom) =>
  pages[who].evaluate((whom) => {
    const sounds = Object.entries(globalThis.flow).filter(([key, { byServer }]) => key.startsWith('voice') && byServer);
    const picture = globalThis.flow[`${whom} picture`]?.byServer;
    return sounds.length >= 2 && picture ? Math.max(picture, ...sounds.map(([, { byServer }]) => byServer)) : undefined;
  }, whom);

/** In the picture of `whom` on the page of `who`, and in any sound there, since [watch]. */
async function noPause(who, whom) {
  const flow = await pages[who].evaluate(() => globalThis.flow);
  const picture = flow[`${whom} picture`].longest;
  const sound = Math.max(...Object.entries(flow).flatMap(([key, { longest }]) => (key.startsWith('voice') ? [longest] : [])));
  console.log(`    ${who}: longest without a picture of ${whom} ${Math.round(picture)} ms, without a sound ${Math.round(sound)} ms`);
  // Seen with cores to spare: 0.2 s. A way that is built after the other is gone leaves two seconds and more.
  assert.ok(picture < 1500 && sound < 1500, JSON.stringify(flow));
}
