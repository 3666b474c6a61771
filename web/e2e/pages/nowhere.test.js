// Addresses where nothing is: people see a page, programs read a sentence.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openChromium } from '../browsers.js';
import { startServer } from '../server.js';

let server;

before(async () => {
  server = await startServer();
});
after(() => server?.stop());

test('who comes to an address where nothing is sees a page that says so, in their language, and the way back', async () => {
  for (const [locale, title, back] of [
    ['en-US', 'There is no page here', 'To the first page'],
    ['ko-KR', '여기에는 페이지가 없어요', '첫 화면으로'],
  ]) {
    const one = await openChromium({ locale });
    try {
      for (const path of ['/no/such/page', '/r/', '/docs/%EC%95%84.html']) {
        const answer = await one.page.goto(server.url + path);
        await one.page.getByRole('heading', { name: title }).waitFor();
        assert.equal(answer.status(), path.startsWith('/r/') ? 200 : 404, path);
      }
      await one.page.getByRole('link', { name: back }).last().click();
      await one.page.waitForSelector('form input');
      assert.deepEqual(one.problems.filter((line) => !/status of 404/.test(line)), []);
    } finally {
      await one.close();
    }
  }
});

test('programs get one sentence and the status', async () => {
  for (const accept of ['*/*', 'application/json']) {
    const answer = await fetch(`${server.url}/api/nothing`, { headers: { accept } });
    assert.equal(answer.status, 404);
    assert.match(answer.headers.get('content-type'), /^text\/plain/);
    assert.equal(await answer.text(), 'Nothing lives at this address.\n');
  }
});
