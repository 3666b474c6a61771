// The page is loaded again: in the room one comes back into it, and nowhere else.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { openChromium, until } from '../browsers.js';
import { come, namesOn, tileOf } from '../people.js';
import { startServer } from '../server.js';

let server;
const open = [];

before(async () => {
  server = await startServer();
});
after(() => server?.stop());
afterEach(() => Promise.all(open.splice(0).map((each) => each.close())));

async function browser() {
  const one = await openChromium({ viewport: { width: 640, height: 480 } });
  open.push(one);
  return one;
}

test('who loads the page again in the room is in it again: same place, same name, microphone and camera as they were', async () => {
  const [mina, june] = [await browser(), await browser()];
  await come(mina.page, server.url, 'again', 'Mina', { camera: false, microphone: false });
  await come(june.page, server.url, 'again', 'June', { camera: true, microphone: false });
  await until('June is there', async () => (await tileOf(mina.page, 'June'))?.camera === 'true');
  const { participant } = await tileOf(mina.page, 'June');

  // What other tabs of the browser wish does not count.
  await june.page.evaluate(() => localStorage.setItem('madang.wishes', '{"microphone":true,"camera":false}'));
  await june.page.reload();
  await june.page.waitForSelector('[data-room-state=connected]');
  await until('June is back as she was', async () => {
    const tile = await tileOf(mina.page, 'June');
    return tile?.participant === participant && tile.presence === 'online' && tile.camera === 'true' && tile.muted === 'true';
  });
  assert.deepEqual(await namesOn(mina.page), ['June', 'Mina']);
  assert.deepEqual(await june.page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.includes('inside'))), []);
  assert.deepEqual([mina.problems, june.problems], [[], []]);
});

test('who left, was removed, was not in yet, or comes from another page is asked first', async () => {
  const [mina, june] = [await browser(), await browser()];
  const { page } = june;
  const quiet = { camera: false, microphone: false };
  await come(mina.page, server.url, 'asked', 'Mina', quiet);

  await page.goto(`${server.url}/r/asked`);
  await page.waitForSelector('[data-prejoin]');
  await page.reload();
  await page.waitForSelector('[data-prejoin]');

  await come(page, server.url, 'asked', 'June', quiet);
  await page.click('.leave');
  await page.waitForSelector('[data-lost=left]');
  await page.reload();
  await page.waitForSelector('[data-prejoin]');

  // From another page, forwards and back.
  await come(page, server.url, 'asked', 'June', quiet);
  await page.goto(server.url);
  await page.waitForSelector('form input');
  await page.goto(`${server.url}/r/asked`);
  await page.waitForSelector('[data-prejoin]');

  // Another tab that was opened from this one has a copy of what this one keeps.
  await come(page, server.url, 'asked', 'June', quiet);
  const [copy] = await Promise.all([june.context.waitForEvent('page'), page.evaluate(() => void window.open(location.href))]);
  await copy.waitForSelector('[data-prejoin]');
  await copy.close();

  await until('June is there', async () => (await namesOn(mina.page)).includes('June'));
  await mina.page.click('[data-tool=people]');
  const row = mina.page.locator('[data-person]', { hasText: 'June' });
  await row.locator('[popovertarget]').click();
  await row.locator('.item.grave').click();
  await mina.page.locator('dialog .button.grave').click();
  await page.waitForSelector('[data-lost=removed]');
  await page.reload();
  await page.waitForSelector('[data-prejoin]');
});
