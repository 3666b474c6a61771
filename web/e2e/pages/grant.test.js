// A server that wants invitations: who has none, a spoiled one, an old one, a good one.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, test } from 'node:test';
import { openChromium } from '../browsers.js';
import { openPanel } from '../people.js';
import { startServer } from '../server.js';

const madang = new URL('../../../madang', import.meta.url).pathname;
let server;
let token;
const open = [];

before(async () => {
  server = await startServer({ command: 'start' });
  token = invite('closed', '--name', 'June');
});

function invite(room, ...words) {
  const all = ['invite', room, ...words, `--data=${server.data}`, `--http.port=${server.port}`];
  const printed = execFileSync(madang, all, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const found = /#token=([\w.-]+)/.exec(printed)?.[1];
  assert.ok(found, printed);
  return found;
}
after(() => server?.stop());
afterEach(() => Promise.all(open.splice(0).map((each) => each.close())));

async function visit(address, locale = 'en-US') {
  const one = await openChromium({ locale });
  open.push(one);
  await one.page.addInitScript(() => {
    globalThis.devicesAsked = 0;
    const real = navigator.mediaDevices.getUserMedia;
    navigator.mediaDevices.getUserMedia = function (...rest) {
      globalThis.devicesAsked++;
      return real.apply(this, rest);
    };
  });
  await one.page.goto(server.url + address);
  return one.page;
}

const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());

/** One letter of the signature is another one. */
const spoiled = () => token.replace(/(.)(.)$/, (_, a, b) => (a === 'A' ? 'B' : 'A') + b);

test('an invitation made by `./madang invite` opens its room with the name in the field, and no other room', async () => {
  const page = await visit(`/r/closed#token=${token}`);
  await page.waitForSelector('[data-prejoin]');
  assert.equal(await page.inputValue('[data-prejoin] input'), 'June');
  await page.click('[data-join]');
  await page.waitForSelector('[data-room-state=connected]');

  const elsewhere = await visit(`/r/other#token=${token}`);
  await elsewhere.waitForSelector('[data-lost=wrong-room]');
  await elsewhere.getByRole('heading', { name: 'This invitation is for another room' }).waitFor();
});

test('the invitation leaves the address and stays in the browser: who copies the address hands on no place, who reloads is in', async () => {
  const page = await visit(`/r/kept#token=${invite('kept', '--name', 'June')}`);
  await page.waitForSelector('[data-prejoin]');
  await page.waitForURL(`${server.url}/r/kept`);
  for (const again of [() => page.reload(), () => page.goto(server.url + '/r/Kept')]) {
    await again();
    await page.waitForSelector('[data-prejoin]');
    assert.equal(await page.inputValue('[data-prejoin] input'), 'June');
    await page.click('[data-join]');
    await page.waitForSelector('[data-room-state=connected]');
  }
  // Who is in comes back in.
  await page.reload();
  await page.waitForSelector('[data-room-state=connected]');
});

test('an invitation to watch asks for no device and shows no button for one', async () => {
  const page = await visit(`/r/closed#token=${invite('closed', '--watch', '--name', 'Wren')}`);
  await page.waitForSelector('[data-watching]');
  await page.click('[data-join]');
  await page.waitForSelector('[data-room-state=connected]');
  assert.deepEqual(await page.locator('[data-tool=mic], [data-tool=camera], [data-tool=share]').count(), 0);
  await page.keyboard.press('m');
  await page.getByText('Your invitation is for watching and listening.').first().waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => globalThis.devicesAsked), 0);
});

test('without an invitation nobody’s camera is asked for, and the page says whom to ask', async () => {
  const page = await visit('/r/closed');
  const lost = await page.waitForSelector('[data-lost=needs-token]');
  await page.getByRole('heading', { name: 'This room opens by invitation' }).waitFor();
  assert.match(await lost.textContent(), /Ask a host of the meeting for an invitation/);
  assert.equal(await page.evaluate(() => globalThis.devicesAsked), 0);
});

test('a host invites from the page: one press for a day, or with name, rights and time; who opens the link is in', async () => {
  const mina = await visit(`/r/yard#token=${invite('yard', '--name', 'Mina', '--moderate', '--expires', '2h')}`);
  await mina.click('[data-join]');
  await mina.waitForSelector('[data-room-state=connected]');
  await mina.click('[data-copy]');
  await mina.getByText(/^The invitation is copied\. Whoever opens it comes in, until/).first().waitFor();
  const simple = await clipboard(mina);
  assert.match(simple, new RegExp(`^${server.url}/r/yard#token=`));
  // No longer than the host’s own, which ends in two hours.
  const { exp } = JSON.parse(Buffer.from(simple.split('.')[1], 'base64url'));
  assert.ok(exp * 1000 < Date.now() + 2 * 3_600_000, String(exp));

  const bo = await visit(simple.slice(server.url.length));
  await bo.fill('[data-prejoin] input', 'Bo');
  await bo.click('[data-join]');
  await bo.waitForSelector('[data-room-state=connected]');
  await mina.waitForSelector('[data-participant][data-name=Bo]');
  await bo.click('[data-copy]');
  await bo.getByText(/without your invitation: .* A host makes it: Mina$/).first().waitFor();
  assert.equal(await clipboard(bo), `${server.url}/r/yard`);

  await openPanel(mina, 'people');
  await mina.click('[data-invite]');
  await mina.getByLabel('Name of the guest').fill('Yuna');
  await mina.getByLabel('May').selectOption({ label: 'only watch and listen' });
  await mina.getByLabel('Good for').selectOption({ label: 'an hour' });
  await mina.getByRole('button', { name: 'Make and copy the link' }).click();
  const shown = await mina.waitForSelector('[data-invitation]');
  assert.equal(await shown.inputValue(), await clipboard(mina));
  const yuna = await visit((await clipboard(mina)).slice(server.url.length));
  assert.equal(await yuna.inputValue('[data-prejoin] input'), 'Yuna');
  await yuna.click('[data-join]');
  await yuna.waitForSelector('[data-room-state=connected]');
  await openPanel(yuna, 'chat');
  await yuna.getByText('In this room you can read but not write.').waitFor();
});

/** As the server signs them, but over since an hour. */
function old() {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const said = `${part({ alg: 'HS256' })}.${part({ room: 'closed', exp: Math.floor(Date.now() / 1000) - 3600 })}`;
  const key = readFileSync(`${server.data}/grants.key`, 'utf8').trim();
  return `${said}.${createHmac('sha256', key).update(said).digest('base64url')}`;
}

test('who has a spoiled invitation, an old one or none reads what is wrong and what to do before giving a name or a camera, in both languages', async () => {
  for (const [locale, address, code, title, help] of [
    ['en-US', `/r/closed#token=${spoiled()}`, 'bad-token', 'This invitation does not open the room', /Ask whoever invited you for a new link/],
    ['ko-KR', `/r/closed#token=${spoiled()}`, 'bad-token', /[가-힣]/, /[가-힣]/],
    ['en-US', `/r/closed#token=${old()}`, 'expired-token', 'This invitation has expired', /Ask whoever invited you for a new one/],
    ['ko-KR', `/r/closed#token=${old()}`, 'expired-token', /[가-힣]/, /[가-힣]/],
    ['ko-KR', `/r/other#token=${token}`, 'wrong-room', /[가-힣]/, /[가-힣]/],
    ['en-US', '/r/closed', 'needs-token', 'This room opens by invitation', /Ask a host of the meeting/],
    ['ko-KR', '/r/closed', 'needs-token', /[가-힣]/, /[가-힣]/],
  ]) {
    const page = await visit(address, locale);
    const lost = await page.waitForSelector(`[data-lost=${code}]`);
    await page.getByRole('heading', { name: title }).waitFor();
    assert.match(await lost.textContent(), help);
    assert.equal(await page.evaluate(() => globalThis.devicesAsked), 0);
  }
});

test('a program with a wrong token is told a sentence, a code and what to do', async () => {
  const page = await visit('/');
  const refused = await page.evaluate(async (wrong) => {
    const { join } = await import('/sdk/madang.js');
    const refusals = [];
    for (const [room, options] of [['closed', { token: wrong }], ['closed', {}], ['closed', { token: 'nonsense' }]]) {
      refusals.push(await join(room, options).then(() => 'in', ({ code, message, help }) => ({ code, message, help })));
    }
    return refusals;
  }, spoiled());
  assert.deepEqual(refused.map(({ code }) => code), ['bad-token', 'needs-token', 'bad-token']);
  for (const { message, help } of refused) {
    assert.match(message, /^[A-Z].*\.$/);
    assert.match(help, /^[A-Z].*\.$/);
  }
});
