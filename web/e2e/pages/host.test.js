// What a host may do: lobby, lock, mute, remove, hand on, end; and who finds the room full.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { openChromium, until } from '../browsers.js';
import { enter, namesOn, openPanel, tileOf } from '../people.js';
import { startServer } from '../server.js';

let server;
let house;
const guests = [];
before(async () => {
  [server, house] = await Promise.all([startServer(), openChromium()]);
});
after(async () => {
  await house?.close();
  await server?.stop();
});
afterEach(() => Promise.all(guests.splice(0).map((guest) => guest.context.close())));

/** Somebody in a browser of their own, without camera; counts the sounds that the page plays. */
async function person(name, room, { microphone = false, inside = true, on = server } = {}) {
  const guest = await house.another();
  guests.push(guest);
  await guest.context.addInitScript(() => {
    globalThis.sounds = 0;
    const start = AudioBufferSourceNode.prototype.start;
    AudioBufferSourceNode.prototype.start = function (...args) {
      globalThis.sounds++;
      return start.apply(this, args);
    };
  });
  await enter(guest.page, on.url, room, name, { camera: false, microphone });
  if (inside) await guest.page.waitForSelector('[data-room-state=connected]');
  return guest.page;
}

const button = (page, name) => page.getByRole('button', { name, exact: true });

async function fromMore(page, name) {
  await page.click('[data-tool=more]');
  await page.getByRole('menuitem', { name }).click();
}

async function fromPerson(page, name, what) {
  await openPanel(page, 'people');
  await button(page, `Actions for ${name}`).click();
  await page.getByRole('menuitem', { name: what }).click();
}

test('one who knocks is heard and is inside within a second of Admit; one who is declined reads so', async () => {
  const host = await person('Hana', 'gate');
  await fromMore(host, 'Lobby: only who is new knocks');
  await host.waitForSelector('[role=img][aria-label="New people knock first"]');
  const silent = await host.evaluate(() => globalThis.sounds);
  const guest = await person('Gil', 'gate', { inside: false });
  await guest.waitForSelector('[data-waiting]');
  await button(host, 'Admit Gil').waitFor();
  await until('a sound', () => host.evaluate((before) => globalThis.sounds > before, silent));
  assert.deepEqual(await namesOn(host), ['Hana']);
  // Both pages look at the same clock, so that the test's own way to them does not count.
  const inside = guest.evaluate(
    () =>
      new Promise((resolve) =>
        new MutationObserver(() => document.querySelector('[data-room-state=connected]') && resolve(Date.now())).observe(document.body, {
          subtree: true,
          childList: true,
          attributes: true,
        }),
      ),
  );
  const pressed = await button(host, 'Admit Gil').evaluate((admit) => {
    const now = Date.now();
    admit.click();
    return now;
  });
  const took = (await inside) - pressed;
  console.log(`    inside ${Math.round(took)} ms after Admit`);
  assert.ok(took < 1000, `${took} ms`);

  const other = await person('Noah', 'gate', { inside: false });
  await button(host, 'Decline Noah').click();
  await other.waitForSelector('[data-lost=declined]');
  assert.match(await other.innerText('h1'), /You were not let in/);
});

test('in a locked room everybody knocks; unlocked, everybody walks in', async () => {
  const host = await person('Hana', 'lock');
  await fromMore(host, 'Lock the room: everybody knocks');
  await host.waitForSelector('[role=img][aria-label^=Locked]');
  const guest = await person('Gil', 'lock', { inside: false });
  await guest.waitForSelector('[data-waiting]');
  await button(host, 'Admit Gil').click();
  await guest.waitForSelector('[data-room-state=connected]');
  await fromMore(host, 'Unlock the room');
  await person('Noah', 'lock');
  await until('three', async () => (await namesOn(host)).length === 3);
});

test('one who was removed reads so and does not enter again by the old link', async () => {
  const host = await person('Hana', 'out');
  const guest = await person('Gil', 'out');
  await fromPerson(host, 'Gil', 'Remove from the room');
  await button(host, 'Remove from the room').click();
  await guest.waitForSelector('[data-lost=removed]');
  await until('gone', async () => (await namesOn(host)).join() === 'Hana');
  assert.equal(await guest.getByRole('button', { name: 'Enter again' }).count(), 0);
  // By the link again, and in another tab of the same browser.
  await enter(guest, server.url, 'out', 'Gil', { camera: false, microphone: false });
  await guest.waitForSelector('[data-lost=removed]');
  const tab = await guest.context().newPage();
  await enter(tab, server.url, 'out', 'Somebody else', { camera: false, microphone: false });
  await tab.waitForSelector('[data-lost=removed]');
  assert.deepEqual(await namesOn(host), ['Hana']);
});

test('a host mutes one and all, and who is muted is told and can speak again', async () => {
  const host = await person('Hana', 'hush', { microphone: true });
  const guest = await person('Gil', 'hush', { microphone: true });
  const other = await person('Noah', 'hush', { microphone: true });
  const muted = async (page, name) => (await tileOf(page, name))?.muted;
  await until('all speak', async () => (await muted(host, 'Gil')) === 'false' && (await muted(host, 'Noah')) === 'false');
  await fromPerson(host, 'Gil', 'Mute');
  await until('Gil is muted', async () => (await muted(host, 'Gil')) === 'true' && (await muted(other, 'Gil')) === 'true');
  assert.equal(await muted(host, 'Noah'), 'false');
  await guest.getByText('Hana turned your microphone off').first().waitFor();
  assert.match(await guest.textContent('[data-live=assertive]'), /Hana turned your microphone off/);
  await guest.click('[data-tool=mic]');
  await until('Gil speaks', async () => (await muted(host, 'Gil')) === 'false');
  await fromMore(host, 'Mute everybody');
  await until('both are muted', async () => (await muted(host, 'Gil')) === 'true' && (await muted(host, 'Noah')) === 'true');
  assert.equal(await muted(guest, 'Hana'), 'false');
});

test('a host makes another host, and either ends the meeting for all', async () => {
  const host = await person('Hana', 'hand-on');
  const guest = await person('Gil', 'hand-on');
  await guest.click('[data-tool=more]');
  assert.equal(await guest.getByRole('menuitem', { name: 'End for everybody' }).count(), 0);
  await guest.keyboard.press('Escape');
  await fromPerson(host, 'Gil', 'Make host');
  await guest.getByText('You are a host now.').first().waitFor();
  await fromMore(guest, 'End for everybody');
  await button(guest, 'End for everybody').click();
  for (const page of [host, guest]) {
    await page.waitForSelector('[data-lost=ended]');
  }
});

test('who finds a room full reads kindly what to do', async () => {
  const small = await startServer({ flags: { 'signal.limits.people': '3' } });
  try {
    const first = await person('Ann', 'few', { on: small });
    for (const name of ['Bo', 'Cho']) await person(name, 'few', { on: small });
    await until('three', async () => (await namesOn(first)).length === 3);
    const fourth = await person('Dan', 'few', { inside: false, on: small });
    await fourth.waitForSelector('[data-lost=room-full]');
    assert.match(await fourth.innerText('[data-lost]'), /Try again when somebody has left/);
    assert.deepEqual(await namesOn(first), ['Ann', 'Bo', 'Cho']);
  } finally {
    await small.stop();
  }
});
