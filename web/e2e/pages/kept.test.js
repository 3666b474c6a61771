// What outlives a room: the chat, where a host has it kept, and the lobby.
import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import { openChromium, until } from '../browsers.js';
import { come, enter, messages, openPanel, write } from '../people.js';
import { startServer } from '../server.js';

let server;
const open = [];
const quiet = { camera: false, microphone: false };
after(() => server?.stop());
afterEach(() => Promise.all(open.splice(0).map((each) => each.close())));

async function browsers(count) {
  const all = await Promise.all(Array.from({ length: count }, () => openChromium()));
  open.push(...all);
  return all;
}

const KEPT = '[data-panel=chat] .kept';
const reads = (page, text) => page.locator('[data-message]', { hasText: text }).waitFor();

async function choose(page, item) {
  await page.click('[data-tool=more]');
  await page.click(`[data-item=${item}]`);
}

test('a chat that the host has kept, and the lobby, are there after the server was started anew; each message once', async () => {
  server = await startServer();
  const { data, port } = server;
  const [mina, june] = await browsers(2);
  await come(mina.page, server.url, 'kept', 'Mina', quiet);
  await come(june.page, server.url, 'kept', 'June', quiet);
  await Promise.all([openPanel(mina.page, 'chat'), openPanel(june.page, 'chat')]);
  await june.page.getByText('What you write stays only while the room is open').waitFor();
  assert.equal(await june.page.locator('[data-item=keep]').count(), 0);
  await choose(mina.page, 'keep');
  for (const { page } of [mina, june]) await page.locator(KEPT, { hasText: 'it stays on the server' }).waitFor();
  await write(mina.page, 'first');
  await reads(june.page, 'first');
  await write(june.page, 'second 둘째');
  await reads(mina.page, 'second 둘째');
  await mina.page.click('[data-tool=more]');
  await mina.page.getByRole('menuitem', { name: 'Lobby: only who is new knocks' }).click();
  await mina.page.getByText('New people knock first now.').first().waitFor();
  await write(mina.page, 'last');
  await reads(june.page, 'last');

  await server.stop({ keep: true });
  await Promise.all([mina, june].map(({ page }) => page.waitForSelector('[data-banner=reconnecting]')));
  server = await startServer({ data, port });
  // Whoever is back first opened it, and the other has to knock: the lobby is on.
  await until('one is in', async () => (await Promise.all([mina, june].map(({ page }) => page.locator('[data-room-state=connected]').count()))).some(Boolean));
  const all = ['first', 'second 둘째', 'last'];
  for (const { page } of [mina, june]) {
    if (await page.locator('[data-room-state=connected]').count()) assert.deepEqual(await messages(page), all);
  }
  await Promise.all(open.splice(0).map((each) => each.close()));
  await server.stop({ keep: true });

  server = await startServer({ data, port });
  const [host, theo] = await browsers(2);
  await come(host.page, server.url, 'kept', 'Host', quiet);
  await openPanel(host.page, 'chat');
  assert.deepEqual(await messages(host.page), all);
  await enter(theo.page, server.url, 'kept', 'Theo', quiet);
  await host.page.getByRole('button', { name: 'Admit Theo' }).first().click();
  await theo.page.waitForSelector('[data-room-state=connected]');
  await openPanel(theo.page, 'chat');
  await theo.page.waitForSelector(KEPT);
  assert.deepEqual(await messages(theo.page), all);

  // Deleted, for whoever is there and for whoever comes.
  await choose(host.page, 'clear');
  await host.page.getByText('What was said is gone, for everybody.').waitFor();
  await host.page.locator('dialog').getByRole('button', { name: 'Delete the chat' }).click();
  for (const { page } of [host, theo]) await page.getByText('A host deleted the chat.').first().waitFor();
  assert.deepEqual(await messages(theo.page), []);
  await write(theo.page, 'a new beginning');
  await choose(host.page, 'drop');
  await host.page.locator('dialog').getByRole('button', { name: 'Stop keeping the chat' }).click();
  await theo.page.waitForSelector(KEPT, { state: 'detached' });
  assert.deepEqual(await messages(theo.page), []);
  assert.deepEqual([host.problems, theo.problems], [[], []]);
});
