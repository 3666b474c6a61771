// A server that wants invitations: who has none, a spoiled one, an old one, a good one.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, afterEach, before, test } from 'node:test';
import { openChromium } from './browsers.js';
import { startServer } from './server.js';

const madang = new URL('../../madang', import.meta.url).pathname;
let server;
let token;
const open = [];

before(async () => {
  server = await startServer({ flags: { 'signal.open': 'false' } });
  const printed = execFileSync(
    madang,
    ['invite', 'closed', '--name', 'June', `--data=${server.data}`, `--http.port=${server.port}`],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  token = /#token=([\w.-]+)/.exec(printed)?.[1];
  assert.ok(token, printed);
});
after(() => server?.stop());
afterEach(() => Promise.all(open.splice(0).map((each) => each.close())));

async function visit(address, locale = 'en-US') {
  const one = await openChromium({ locale });
  open.push(one);
  await one.page.goto(server.url + address);
  return one.page;
}

async function press(page) {
  await page.fill('[data-prejoin] input', 'June');
  await page.click('[data-join]');
}

/** One letter of the signature is another one. */
const spoiled = () => token.replace(/(.)(.)$/, (_, a, b) => (a === 'A' ? 'B' : 'A') + b);

test('an invitation made by `./madang invite` opens its room with the name in the field, and no other room', async () => {
  const page = await visit(`/r/closed#token=${token}`);
  await page.waitForSelector('[data-prejoin]');
  assert.equal(await page.inputValue('[data-prejoin] input'), 'June');
  await page.click('[data-join]');
  await page.waitForSelector('[data-room-state=connected]');

  const elsewhere = await visit(`/r/other#token=${token}`);
  await press(elsewhere);
  await elsewhere.waitForSelector('[data-lost=wrong-room]');
  await elsewhere.getByRole('heading', { name: 'This invitation is for another room' }).waitFor();
});

test('who has a spoiled invitation or none reads what is wrong and what to do, in both languages', async () => {
  for (const [locale, address, code, title, help] of [
    ['en-US', `/r/closed#token=${spoiled()}`, 'bad-token', 'This invitation does not open the room', /Ask whoever invited you for a new link/],
    ['ko-KR', `/r/closed#token=${spoiled()}`, 'bad-token', /[가-힣]/, /[가-힣]/],
    ['en-US', '/r/closed', 'needs-token', 'This room opens by invitation', /Ask whoever runs the meeting/],
    ['ko-KR', '/r/closed', 'needs-token', /[가-힣]/, /[가-힣]/],
  ]) {
    const page = await visit(address, locale);
    await press(page);
    const lost = await page.waitForSelector(`[data-lost=${code}]`);
    await page.getByRole('heading', { name: title }).waitFor();
    assert.match(await lost.textContent(), help);
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
