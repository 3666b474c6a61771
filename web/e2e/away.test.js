// The network breaks, the server breaks: people come back to their places by themselves.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openChromium, received, seesAgain, seesAndHears, until } from './browsers.js';
import { isRoot, makeHost } from './network.js';
import { enter, messagesOn, namesOn, tileOf, write } from './people.js';
import { startServer } from './server.js';

let server;
before(async () => {
  server = await startServer();
});
after(() => server?.stop());

const BOTH = ['June', 'Mina'];

test('one whose network is cut for 10 s comes back to the same tile, muted as before, and misses no message', { skip: !isRoot && 'needs root' }, async () => {
  const hosts = [makeHost(), makeHost()];
  const args = ['--ignore-certificate-errors'];
  const [mina, june] = await Promise.all(hosts.map((host) => openChromium({ namespace: host.name, args })));
  try {
    await enter(mina.page, `https://${hosts[0].gateway}:${server.port}`, 'storm', 'Mina');
    await mina.page.waitForSelector('[data-room-state=connected]');
    await enter(june.page, `https://${hosts[1].gateway}:${server.port}`, 'storm', 'June');
    await Promise.all([seesAndHears(mina.page), seesAndHears(june.page)]);
    await june.page.click('[data-tool=mic]');
    await until('Mina sees June muted', async () => (await tileOf(mina.page, 'June'))?.muted === 'true');
    await write(mina.page, 'before');
    await until('said', async () => (await messagesOn(mina.page)).includes('before (sent)'));
    const place = (await tileOf(mina.page, 'June')).participant;

    hosts[1].cut();
    const cut = performance.now();
    const tenSeconds = new Promise((resolve) => setTimeout(resolve, 10_000));
    await june.page.waitForSelector('[data-banner=reconnecting]', { timeout: 10_000 });
    const noticed = performance.now() - cut;
    await write(june.page, 'from June, out of the net');
    await write(mina.page, 'from Mina, to nobody');
    await until('Mina reads that June is reconnecting', async () => (await tileOf(mina.page, 'June'))?.words.includes('Reconnecting'), { timeout: 10_000 });
    const seen = performance.now() - cut;
    assert.deepEqual(await namesOn(mina.page), BOTH);
    await tenSeconds;

    hosts[1].mend();
    const mended = performance.now();
    await june.page.waitForSelector('[data-room-state=connected]');
    const back = performance.now() - mended;
    await until('June is there again', async () => {
      const { presence, link } = (await tileOf(mina.page, 'June')) ?? {};
      return presence === 'online' && link === 'connected';
    }, { timeout: 30_000 });
    await Promise.all([seesAgain(mina.page), seesAgain(june.page)]);
    console.log(`    June noticed after ${Math.round(noticed)} ms, Mina after ${Math.round(seen)}; mended: in the room after ${Math.round(back)} ms, pictures after ${Math.round(performance.now() - mended)}`);

    const tile = await tileOf(mina.page, 'June');
    assert.equal(tile.participant, place);
    assert.equal(tile.muted, 'true');
    assert.equal((await tileOf(june.page, 'June')).muted, 'true');
    assert.ok(!tile.words.includes('Reconnecting'));
    for (const { page } of [mina, june]) {
      assert.deepEqual(await namesOn(page), BOTH);
      await until('each message, once', async () => (await messagesOn(page)).length >= 3);
      assert.deepEqual(await messagesOn(page), ['before (sent)', 'from June, out of the net (sent)', 'from Mina, to nobody (sent)']);
    }
    // June, unmuted, is heard again; Mina was heard all the time.
    await june.page.click('[data-tool=mic]');
    await Promise.all([seesAndHears(mina.page), seesAndHears(june.page)]);
  } finally {
    await Promise.all([mina.close(), june.close()]);
    hosts.forEach((host) => host.remove());
  }
});

test('when the server is killed and started again, people come back by themselves and nobody is doubled', async () => {
  let first = await startServer();
  const [mina, june] = await Promise.all([openChromium(), openChromium()]);
  try {
    await enter(mina.page, first.url, 'phoenix', 'Mina');
    await mina.page.waitForSelector('[data-room-state=connected]');
    await enter(june.page, first.url, 'phoenix', 'June');
    await Promise.all([seesAndHears(mina.page), seesAndHears(june.page)]);
    await june.page.click('[data-tool=mic]');
    await until('Mina sees June muted', async () => (await tileOf(mina.page, 'June'))?.muted === 'true');

    await first.kill();
    await Promise.all([mina, june].map(({ page }) => page.waitForSelector('[data-banner=reconnecting]')));
    // The media is the people's own: it goes on without the server.
    await seesAgain(mina.page);
    await write(june.page, 'is it back?');
    const { port, data } = first;
    const starting = performance.now();
    first = await startServer({ port, data });
    const started = performance.now();
    await Promise.all([mina, june].map(({ page }) => page.waitForSelector('[data-room-state=connected]')));
    const back = performance.now() - started;
    for (const { page } of [mina, june]) {
      await until('both are there, once', async () => (await namesOn(page)).join() === BOTH.join());
    }
    await until('June is there', async () => {
      const { presence, link, muted } = (await tileOf(mina.page, 'June')) ?? {};
      return presence === 'online' && link === 'connected' && muted === 'true';
    });
    await Promise.all([seesAgain(mina.page), seesAgain(june.page)]);
    await write(mina.page, 'yes');
    for (const { page } of [mina, june]) {
      await until('both messages', async () => (await messagesOn(page)).join() === 'is it back? (sent),yes (sent)');
    }
    assert.deepEqual(await namesOn(mina.page), BOTH);
    assert.ok((await received(june.page)).energy > 0);
    console.log(`    started in ${Math.round(started - starting)} ms, both in the room ${Math.round(back)} ms later`);
  } finally {
    await Promise.all([mina.close(), june.close()]);
    await first.stop();
  }
});
