// The client against the real server: what its README promises, in two browsers.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, describe, it } from 'node:test';
import { openChromium, openFirefox, received, seesAndHears, until } from '../browsers.js';
import { startServer } from '../server.js';

let server;
const browsers = [];

before(async () => {
  server = await startServer();
});

after(() => server?.stop());

afterEach(() => Promise.all(browsers.splice(0).map((each) => each.close())));

describe('the client and the server', () => {
  it('make a call of the ten lines in the README', async () => {
    const readme = readFileSync(new URL('../../sdk/README.md', import.meta.url), 'utf8');
    const html = /```html\n([\s\S]*?)```/.exec(readme)[1];
    assert.ok(html.match(/<script[\s\S]*<\/script>/)[0].trim().split('\n').length - 2 <= 11);
    const pages = [];
    for (let number = 0; number < 2; number++) {
      const page = await blank();
      await page.route('**/mine', (route) => route.fulfill({ contentType: 'text/html', body: html }));
      await page.goto(`${server.url}/mine`);
      pages.push(page);
    }
    for (const page of pages) {
      await until('two pictures', () => page.evaluate(() => document.querySelectorAll('video').length === 2));
      await seesAndHears(page);
    }
  });

  it('carry a call: picture, sound, chat, data and a file', async () => {
    const ann = await enter('ann');
    const bob = await enter('bob');
    await Promise.all([seesAndHears(ann), seesAndHears(bob)]);
    const { pairs } = await received(ann);
    assert.ok(pairs.length > 0 && pairs.every(({ local, remote }) => local !== 'relay' && remote !== 'relay'), JSON.stringify(pairs));

    await bob.evaluate(() => {
      globalThis.data = [];
      room.on('message', (each) => data.push(typeof each === 'string' ? each : each.byteLength));
      room.on('reacted', (person, emoji) => data.push(`${person.name} ${emoji}`));
    });
    await ann.evaluate(() => {
      room.say('hello');
      room.send('quick');
      room.send(new Uint8Array(1000));
      room.react('👏');
    });
    await until('all of it', () => bob.evaluate(() => data.length === 3 && room.chat.some(({ text }) => text === 'hello')));
    assert.equal(await ann.evaluate(() => room.chat[0].state), 'sent');

    await ann.evaluate(async () => {
      const bytes = new Uint8Array(3_000_000).map((_, at) => at * 7 + (at >> 9));
      await room.offerFile(new File([bytes], '사진.bin', { type: 'application/x-test' }));
    });
    await until('the offer', () => bob.evaluate(() => room.chat.some(({ file }) => file)));
    const file = await bob.evaluate(async () => {
      const { file } = room.chat.find(({ file }) => file);
      const blob = await room.fetchFile(file).blob;
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
      return { ...file, size: blob.size, same: file.sha256 === [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('') };
    });
    assert.deepEqual([file.name, file.size, file.same], ['사진.bin', 3_000_000, true]);
  });

  it('keep the place, the mute and the messages of one who was offline', async () => {
    const ann = await enter('ann');
    const bob = await enter('bob');
    await Promise.all([seesAndHears(ann), seesAndHears(bob)]);
    await bob.evaluate(async () => {
      await room.setMicrophone(false);
      await room.raiseHand(true);
    });
    await until('muted', () => ann.evaluate(() => room.participants[0].track('microphone').muted && room.participants[0].hand === 1));
    const order = await ann.evaluate(() => room.participants[0].order);

    await bob.context().setOffline(true);
    await until('bob knows', () => bob.evaluate(() => room.state.name === 'reconnecting'));
    assert.equal(await bob.evaluate(() => room.state.code), 'offline');
    await bob.evaluate(() => room.say('while offline'));
    await until('ann knows', () => ann.evaluate(() => room.participants[0].presence === 'reconnecting'), { timeout: 60_000 });
    await ann.evaluate(() => room.say('to one who is away'));
    await bob.context().setOffline(false);

    await until('back', () => bob.evaluate(() => room.state.name === 'connected'));
    await until('seen as online', () => ann.evaluate(() => room.participants[0].presence === 'online'));
    for (const page of [ann, bob]) {
      await until('both messages, once', () => page.evaluate(() => room.chat.length === 2 && room.chat.every(({ state }) => state === 'sent')));
    }
    const seen = await ann.evaluate(() => {
      const { order, hand, tracks } = room.participants[0];
      return { people: room.participants.length, order, hand, muted: tracks.find(({ source }) => source === 'microphone').muted };
    });
    assert.deepEqual(seen, { people: 1, order, hand: 1, muted: true });
    assert.equal(await bob.evaluate(() => room.media.microphone.on), false);
    assert.equal(await bob.evaluate(() => room.media.microphone.track.enabled), false);
    await seesMore(ann);
  });

  it('resume after the page is loaded anew: same person, no double', async () => {
    const ann = await enter('ann');
    const bob = await enter('bob');
    await Promise.all([seesAndHears(ann), seesAndHears(bob)]);
    const before = await ann.evaluate(() => room.participants.map(({ identity, order }) => `${identity} ${order}`));
    await bob.reload();
    await start(bob, 'bob');
    await until('back', () => ann.evaluate(() => room.participants[0].connection.state === 'connected' && room.participants[0].presence === 'online'));
    assert.deepEqual(await ann.evaluate(() => room.participants.map(({ identity, order }) => `${identity} ${order}`)), before);
    await Promise.all([seesMore(ann), seesMore(bob)]);
  });

  it('tell who is turned away why, and what to do', async () => {
    const page = await blank();
    await page.goto(server.url);
    const refused = await page.evaluate(async () => {
      const { join, MadangError } = await import('/sdk/madang.js');
      try {
        await join('not a room name');
      } catch (error) {
        return { ours: error instanceof MadangError, code: error.code, message: error.message, help: error.help };
      }
    });
    assert.equal(refused.ours, true);
    assert.equal(refused.code, 'bad-room-name');
    assert.ok(refused.message && refused.help);
  });

  it('obey a host: mute, and remove', async () => {
    const ann = await enter('ann');
    const bob = await enter('bob');
    assert.equal(await ann.evaluate(() => room.me.role), 'host');
    await until('met', () => ann.evaluate(() => room.participants[0]?.track('microphone')?.muted === false));
    await bob.evaluate(() => room.on('muted', (by, source) => (globalThis.muted = `${by?.name} ${source}`)));
    await ann.evaluate(() => room.host.mute(room.participants[0].identity));
    await until('muted', () => bob.evaluate(() => globalThis.muted));
    assert.equal(await bob.evaluate(() => muted), 'ann microphone');
    await until('seen as muted', () => ann.evaluate(() => room.participants[0].track('microphone').muted));
    assert.equal(await bob.evaluate(() => room.host.lock(true).catch(({ code }) => code)), 'not-host');
    await ann.evaluate(() => room.host.remove(room.participants[0].identity));
    await until('removed', () => bob.evaluate(() => room.state.name === 'lost'));
    assert.deepEqual(await bob.evaluate(() => [room.state.code, Boolean(room.state.help)]), ['removed', true]);
    await until('gone', () => ann.evaluate(() => room.participants.length === 0));
  });

  it('find a path by the relay alone', async () => {
    const ann = await enter('ann', { iceTransportPolicy: 'relay' });
    const bob = await enter('bob', { iceTransportPolicy: 'relay' });
    await Promise.all([seesAndHears(ann), seesAndHears(bob)]);
    await until('the word', () => ann.evaluate(() => room.participants[0].connection.path === 'relayed'));
  });

  it('make Chromium and Firefox meet, whoever is first', async () => {
    for (const firefoxFirst of [true, false]) {
      const firefox = await openFirefox();
      browsers.push(firefox);
      rooms++;
      const join = async (page, name) => {
        roomOf.set(page, `room-${rooms}`);
        await page.goto(server.url);
        await start(page, name);
      };
      const chromium = await blank();
      const [first, second] = firefoxFirst ? [firefox.page, chromium] : [chromium, firefox.page];
      await join(first, 'ann');
      await join(second, 'bob');
      await Promise.all([seesAndHears(chromium), seesAndHears(firefox.page)]);
      await first.evaluate(() => void (globalThis.got = new Promise((resolve) => room.on('message', resolve))));
      await second.evaluate(() => void room.send('across'));
      assert.equal(await first.evaluate(() => got), 'across');
    }
  });

  it('signal by polling alone', async () => {
    const ann = await enter('ann', { transports: ['polling'] });
    const bob = await enter('bob', { transports: ['polling'] });
    await Promise.all([seesAndHears(ann), seesAndHears(bob)]);
  });
});

let rooms = 0;
const roomOf = new Map();

async function blank() {
  const browser = await openChromium();
  browsers.push(browser);
  return browser.page;
}

/** Somebody in this test's room, whose `room` is a global of the page. */
async function enter(name, options = {}) {
  const page = await blank();
  if (name === 'ann') rooms++;
  roomOf.set(page, `room-${rooms}`);
  await page.goto(server.url);
  await start(page, name, options);
  return page;
}

async function start(page, name, options = {}) {
  await page.evaluate(
    async ([room, name, options]) => {
      const { join } = await import('/sdk/madang.js');
      globalThis.room = await join(room, { name, microphone: true, camera: true, ...options });
    },
    [roomOf.get(page), name, options],
  );
}

/** Pictures go on after what was just done. */
async function seesMore(page) {
  const { frames } = await received(page);
  await until('more pictures', async () => (await received(page)).frames > frames + 2);
}
