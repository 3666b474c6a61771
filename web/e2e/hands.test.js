// Hands, reactions, and the key that one holds to talk.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { openChromium, until } from './browsers.js';
import { come, namesOn, openPanel, tileOf } from './people.js';
import { startServer } from './server.js';

let server;
const open = [];
const quiet = { camera: false, microphone: false };

before(async () => {
  server = await startServer();
});
after(() => server?.stop());
afterEach(() => Promise.all(open.splice(0).map((each) => each.close())));

async function browsers(count) {
  const all = await Promise.all(Array.from({ length: count }, () => openChromium()));
  open.push(...all);
  return all;
}

test('three hands stand in order before the host, and the rest moves up when one is lowered', async () => {
  const [host, ...others] = await browsers(4);
  await come(host.page, server.url, 'hands', 'Mina', quiet);
  await openPanel(host.page, 'people');
  const order = () => host.page.$$eval('[data-hands] li', (all) => all.map((each) => each.innerText.replace(/\s+/g, ' ').trim()));
  for (const [at, name] of ['June', 'Yuna', 'Theo'].entries()) {
    await come(others[at].page, server.url, 'hands', name, quiet);
  }
  for (const [at, name] of [[2, 'Theo'], [0, 'June'], [1, 'Yuna']]) {
    await others[at].page.keyboard.press('h');
    await host.page.waitForSelector(`[data-participant][data-name=${name}][data-hand]`);
  }
  assert.deepEqual(await order(), ['1 Theo', '2 June', '3 Yuna']);
  await others[1].page.waitForSelector('[data-me=true][data-hand="3"]');

  await others[2].page.keyboard.press('h');
  await until('the rest moves up', async () => (await order()).join() === '1 June,2 Yuna');
  await others[1].page.waitForSelector('[data-me=true][data-hand="2"]');
});

test('a reaction shows at the other side within half a second, and vanishes', async () => {
  const [mina, june] = await browsers(2);
  await come(mina.page, server.url, 'react', 'Mina', quiet);
  await come(june.page, server.url, 'react', 'June', quiet);
  await june.page.click('[data-tool=react]');
  const applause = june.page.getByRole('menuitem', { name: 'Applause' });
  await applause.waitFor();
  await june.page.evaluate(() =>
    addEventListener('click', () => (globalThis.pressed = performance.timeOrigin + performance.now()), { capture: true }),
  );
  await mina.page.evaluate(() => {
    new MutationObserver((_, watch) => {
      if (document.querySelector('[data-reaction]')) {
        globalThis.shown = performance.timeOrigin + performance.now();
        watch.disconnect();
      }
    }).observe(document.body, { childList: true, subtree: true });
  });
  await applause.click();
  const flight = await mina.page.waitForSelector('[data-reaction="👏"]');
  assert.match(await flight.textContent(), /June/);
  const took = (await mina.page.evaluate(() => globalThis.shown)) - (await june.page.evaluate(() => globalThis.pressed));
  console.log(`    shown after ${Math.round(took)} ms`);
  assert.ok(took <= 500, `${took} ms`);
  assert.match(await mina.page.textContent('[data-live=polite]'), /June: Applause/);
  await Promise.all([mina, june].map(({ page }) => page.waitForSelector('[data-reaction]', { state: 'detached' })));
});

test('who is muted talks while the space bar is held, and not a moment longer', async () => {
  const [mina, june] = await browsers(2);
  await come(mina.page, server.url, 'talk', 'Mina', quiet);
  await come(june.page, server.url, 'talk', 'June', { camera: false, microphone: false });
  const level = () => mina.page.evaluate(() => document.querySelector('[data-name=June]').dataset);
  await mina.page.waitForSelector('[data-name=June][data-muted=true][data-link=connected]');

  await june.page.keyboard.down('Space');
  await june.page.waitForSelector('[data-banner=talking]');
  await mina.page.waitForSelector('[data-name=June][data-muted=false]');
  await mina.page.waitForSelector('[data-name=June][data-speaking=true]');
  await june.page.keyboard.up('Space');
  await june.page.waitForSelector('[data-banner=talking]', { state: 'detached' });
  await mina.page.waitForSelector('[data-name=June][data-muted=true]');
  await until('quiet', async () => (await level()).speaking === 'false');

  // A press too short for the microphone to open leaves it shut as well.
  await june.page.keyboard.down('Space');
  await june.page.keyboard.up('Space');
  await june.page.waitForSelector('[data-banner=talking]', { state: 'detached' });
  await until('shut', () =>
    june.page.evaluate(() =>
      peerConnections.every((each) => each.getSenders().every(({ track }) => track?.kind !== 'audio' || !track.enabled)),
    ),
  );
  await june.page.waitForSelector('[data-me=true][data-muted=true]');

  // In a text, a space is a space.
  await openPanel(june.page, 'chat');
  await june.page.focus('[data-panel=chat] textarea');
  await june.page.keyboard.type('a b');
  assert.equal(await june.page.inputValue('[data-panel=chat] textarea'), 'a b');
  assert.equal(await june.page.$('[data-banner=talking]'), null);
  assert.deepEqual([mina.problems, june.problems], [[], []]);
});

test('who closes the page has left within seconds; who loads it again is in the same place', async () => {
  const [mina, june, yuna] = await browsers(3);
  await come(mina.page, server.url, 'gone', 'Mina', quiet);
  await come(june.page, server.url, 'gone', 'June', quiet);
  await come(yuna.page, server.url, 'gone', 'Yuna', quiet);
  await until('all are there', async () => (await namesOn(mina.page)).join() === 'June,Mina,Yuna');
  await yuna.page.keyboard.press('h');
  await until('the hand is up', async () => (await tileOf(mina.page, 'Yuna'))?.hand === '1');

  await june.page.goto('about:blank');
  const closed = performance.now();
  await yuna.page.reload();
  await yuna.page.waitForSelector('[data-room-state=connected]');
  await until('June has left', async () => (await namesOn(mina.page)).join() === 'Mina,Yuna', { timeout: 15_000 });
  const took = performance.now() - closed;
  console.log(`    gone after ${Math.round(took)} ms`);
  assert.ok(took < 15_000, `${took} ms`);
  await until('Yuna is back, with her hand', async () => {
    const { presence, hand } = (await tileOf(mina.page, 'Yuna')) ?? {};
    return presence === 'online' && hand === '1';
  });
});
