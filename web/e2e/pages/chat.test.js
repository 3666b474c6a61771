// What is written: to all, to one, to who comes late, to who was away; and files.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, test } from 'node:test';
import { openChromium, until } from '../browsers.js';
import { come, messages, openPanel, write } from '../people.js';
import { startServer } from '../server.js';

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

test('who comes late reads the last fifty messages, in order', async () => {
  const [mina, june] = await browsers(2);
  await come(mina.page, server.url, 'late', 'Mina', quiet);
  await openPanel(mina.page, 'chat');
  const said = Array.from({ length: 53 }, (_, at) => `line ${at + 1}`);
  for (const text of said) await write(mina.page, text);
  await mina.page.locator('[data-message][data-state=sent]', { hasText: 'line 53' }).waitFor();
  await mina.page.waitForFunction(() => document.querySelector('[data-message][data-state=sending]') === null);
  await come(june.page, server.url, 'late', 'June', quiet);
  await openPanel(june.page, 'chat');
  await until('the history', async () => (await messages(june.page)).length >= 50);
  assert.deepEqual(await messages(june.page), said.slice(-50));
  const end = await june.page.$eval('[role=log]', (log) => log.scrollHeight - log.scrollTop - log.clientHeight);
  assert.ok(end < 40, 'the newest is in view');
});

test('a file dropped in the chat arrives whole', async () => {
  const [mina, june] = await browsers(2);
  await come(mina.page, server.url, 'file', 'Mina', quiet);
  await come(june.page, server.url, 'file', 'June', quiet);
  await Promise.all([openPanel(mina.page, 'chat'), openPanel(june.page, 'chat')]);
  const bytes = randomBytes(3_000_000);
  const carried = await mina.page.evaluateHandle((base64) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))], 'plan 설계.bin'));
    return data;
  }, bytes.toString('base64'));
  await mina.page.dispatchEvent('.chat', 'dragover', { dataTransfer: carried });
  await mina.page.getByText('Drop the file to offer it').waitFor();
  await mina.page.dispatchEvent('.chat', 'drop', { dataTransfer: carried });

  const get = june.page.getByRole('button', { name: 'Get the file plan 설계.bin' });
  await get.waitFor();
  const pressed = performance.now();
  const [download] = await Promise.all([june.page.waitForEvent('download'), get.click()]);
  console.log(`    3 MB after ${Math.round(performance.now() - pressed)} ms`);
  const sum = (data) => createHash('sha256').update(data).digest('hex');
  assert.equal(sum(readFileSync(await download.path())), sum(bytes));
  assert.equal(download.suggestedFilename(), 'plan 설계.bin');
  await june.page.locator('[data-transfer=done]').getByText('Arrived whole').waitFor();
  assert.deepEqual([mina.problems, june.problems], [[], []]);
});

test('what is written while offline arrives once, after the return', async () => {
  const [mina, june] = await browsers(2);
  await come(mina.page, server.url, 'away', 'Mina', quiet);
  await come(june.page, server.url, 'away', 'June', quiet);
  await Promise.all([openPanel(mina.page, 'chat'), openPanel(june.page, 'chat')]);
  await june.context.setOffline(true);
  await june.page.waitForSelector('[data-banner=reconnecting]');
  await write(june.page, 'from the tunnel');
  await june.page.waitForSelector('[data-message][data-state=sending]');
  await write(mina.page, 'are you there?');
  assert.deepEqual(await messages(mina.page), ['are you there?']);
  await june.context.setOffline(false);
  await june.page.waitForSelector('[data-message][data-state=sent]');
  for (const { page } of [mina, june]) {
    await until('both, once', async () => (await messages(page)).toSorted().join() === 'are you there?,from the tunnel');
  }
  await june.page.waitForSelector('[data-banner=reconnecting]', { state: 'detached' });
  assert.equal(await mina.page.getAttribute('[data-room-state]', 'data-count'), '2');
});

test('a private message is read by one alone, and the unread ones are counted', async () => {
  const [mina, june, yuna] = await browsers(3);
  await come(mina.page, server.url, 'secret', 'Mina', quiet);
  await come(june.page, server.url, 'secret', 'June', quiet);
  await come(yuna.page, server.url, 'secret', 'Yuna', quiet);
  await mina.page.waitForSelector('[data-room-state][data-count="3"]');
  await openPanel(mina.page, 'chat');
  await mina.page.selectOption('[data-panel=chat] select', { label: 'June' });
  await write(mina.page, 'only for you');
  await mina.page.selectOption('[data-panel=chat] select', { label: 'Everybody' });
  await write(mina.page, 'for all');

  await june.page.getByRole('button', { name: 'Chat: 2 new messages' }).waitFor();
  await yuna.page.getByRole('button', { name: 'Chat: one new message' }).waitFor();
  await until('the title', async () => (await june.page.title()).startsWith('(2)'));
  await openPanel(june.page, 'chat');
  await openPanel(yuna.page, 'chat');
  assert.deepEqual(await messages(june.page), ['only for you', 'for all']);
  assert.deepEqual(await messages(yuna.page), ['for all']);
  assert.match(await june.page.textContent('[data-message][data-private=true]'), /privately/);
  assert.match(await mina.page.textContent('[data-message][data-private=true]'), /privately to June/);
  await june.page.getByRole('button', { name: 'Chat', exact: true }).waitFor();
  assert.equal(await june.page.title().then((title) => title.startsWith('(')), false);

  // Who comes later does not find it in the history either.
  const [theo] = await browsers(1);
  await come(theo.page, server.url, 'secret', 'Theo', quiet);
  await openPanel(theo.page, 'chat');
  await until('the history', async () => (await messages(theo.page)).length > 0);
  assert.deepEqual(await messages(theo.page), ['for all']);
});
