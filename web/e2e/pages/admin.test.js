// Whoever runs the server: enters by the link that the start printed, sees who is in, removes one and ends a room.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openChromium, PHONE, until } from '../browsers.js';
import { come, enter } from '../people.js';
import { madang, startServer } from '../server.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PASSWORD = 'four words to remember';
let server;
let house;
let admin;
before(async () => {
  [server, house] = await Promise.all([startServer({ flags: { 'signal.limits.direct': '1' } }), openChromium()]);
  admin = house.page;
});
after(async () => {
  await house?.close();
  await server?.stop();
});

async function accessible(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => (await globalThis.axe.run(document)).violations.filter(({ impact }) => ['serious', 'critical'].includes(impact)));
  assert.deepEqual(
    found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(' ')}`),
    [],
  );
}

async function setPassword(page, link, password) {
  await page.goto(link);
  await page.fill('#password', password);
  await page.fill('#again', password);
  await page.keyboard.press('Enter');
}

const printed = () => /http:\/\/localhost:\d+\/admin#[\w-]+/.exec(server.output())?.[0];

test('the greeting has a link that sets the password once, in at most twelve lines', async () => {
  const link = await until('the link', printed);
  await until('the whole greeting', () => server.output().includes('./madang start'));
  const greeting = server.output().slice(server.output().indexOf('Madang '));
  assert.ok(greeting.trimEnd().split('\n').length <= 12, greeting);

  await admin.goto(link);
  await accessible(admin);
  await setPassword(admin, link, PASSWORD);
  await admin.waitForSelector('[data-none]');
  assert.equal(new URL(admin.url()).hash, '');
  await accessible(admin);
  assert.equal((statSync(join(server.data, 'admin.password')).mode & 0o777).toString(8), '600');

  const late = await house.another();
  await late.page.goto(link);
  await late.page.getByText('This link was used before').waitFor();
  await late.page.waitForSelector('[data-enter=password] #password:focus');
  assert.equal(new URL(late.page.url()).hash, '');
  await accessible(late.page);
  await late.context.close();
});

test('a room with two people is listed; one who is removed reads so and does not return; the end is for all', async () => {
  const ann = await house.another();
  const bo = await house.another({ viewport: PHONE });
  await come(ann.page, server.url, 'yard', 'Ann');
  await come(bo.page, server.url, 'yard', 'Bo');

  await admin.waitForSelector('[data-room=yard] [data-person=Ann] [data-track=camera]');
  await until(
    'what flows',
    async () => {
      const line = admin.locator('[data-room=yard] [data-person=Bo]');
      const words = await line.innerText();
      return (await line.getAttribute('data-path')) === 'udp' && /sends \d.*bit\/s.*receives \d.*round trip \d/.test(words) && /Camera: \w+ · .*[1-9]/.test(words);
    },
    { timeout: 40_000 },
  );
  await accessible(admin);

  await admin.locator('[data-room=yard] [data-person=Bo] [data-remove]').focus();
  await admin.keyboard.press('Enter');
  await admin.getByRole('dialog', { name: 'Remove Bo' }).waitFor();
  await admin.click('[data-sure]');
  await bo.page.waitForSelector('[data-lost=removed]');
  assert.match(await bo.page.innerText('h1'), /You were removed/);
  await admin.getByText('Bo was removed.').waitFor();
  await admin.waitForSelector('[data-person=Bo]', { state: 'detached' });
  await enter(bo.page, server.url, 'yard', 'Bo', { camera: false, microphone: false });
  await bo.page.waitForSelector('[data-lost=removed]');

  await admin.click('[data-room=yard] [data-end]');
  await admin.click('[data-sure]');
  await ann.page.waitForSelector('[data-lost=ended]');
  await admin.waitForSelector('[data-none]');
  await ann.context.close();
  await bo.context.close();
});

test('who logs out reads nothing more, and comes in again by the password', async () => {
  await admin.click('[data-leave]');
  await admin.waitForSelector('[data-enter=password]');
  assert.equal(await admin.evaluate(async () => (await fetch('/api/admin/rooms')).status), 401);
  await admin.fill('#password', 'not the password');
  await admin.keyboard.press('Enter');
  await admin.getByText('This is not the password.').waitFor();
  await admin.fill('#password', PASSWORD);
  await admin.keyboard.press('Enter');
  await admin.waitForSelector('[data-none]');
});

test('who forgot the password sets another by a link of the command, and whoever was in is out', async () => {
  const [java, ...words] = madang('admin', `--data=${server.data}`, `--http.port=${server.port}`);
  const link = execFileSync(java, words, { encoding: 'utf8' }).trim();
  assert.match(link, /^http:\/\/localhost:\d+\/admin#[\w-]{43}$/);
  const other = await house.another({ viewport: PHONE, locale: 'ko-KR' });
  await setPassword(other.page, link, 'some other four words');
  await other.page.waitForSelector('[data-none]');
  await admin.waitForSelector('[data-enter=password]');
  await admin.getByText('Your time here is over').waitFor();
  await other.context.close();
});
