// The page /compare as people use it: one press, and half a minute later a verdict that its numbers bear out.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { openChromium, openFirefox, PHONE, until } from '../browsers.js';
import { bearsOut, compare, LANES, lanesOf, saved, shots, valid } from '../comparing.js';
import { isRoot, makeHost } from '../network.js';
import { madang, startServer } from '../server.js';

const run = promisify(execFile);

describe('on this machine', () => {
  let server;
  let house;
  before(async () => {
    [server, house] = await Promise.all([startServer(), openChromium()]);
    await server.rest();
  });
  after(async () => {
    await house?.close();
    await server?.stop();
  });

  test('one press on the first page and one there give figures of every lane within half a minute, and a verdict', async () => {
    const { page } = house;
    await page.goto(server.url);
    assert.equal(await page.innerText('a[href="/check"]'), 'Does it work here?');
    await page.click('a[href="/compare"]');
    await page.waitForURL('**/compare');
    const { report, seconds } = await compare(page, server.url, ['chat', 'cursor', 'voice']);
    console.log(`    ${seconds.toFixed(1)} s; the page kept its sender waiting ${report.page.own} ms; ${report.page.bytes} bytes`);
    assert.ok(seconds <= 30, `${seconds} s`);
    assert.equal(report.partial, false);
    for (const use of ['chat', 'cursor', 'voice']) {
      const results = report.results.filter(({ workload }) => workload === use);
      assert.deepEqual(results.map(({ lane }) => lane), lanesOf(use));
      for (const { lane, failure, sent, p95, delays } of results) {
        assert.equal(failure, undefined, lane);
        assert.ok(sent > 10 && p95 > 0 && delays.length === sent, `${use} ${lane}: ${sent} ${p95}`);
      }
      bearsOut(report, use);
      assert.equal(await page.innerText(`[data-verdict=${use}]`), report.verdicts.find(({ workload }) => workload === use).en);
    }
    assert.deepEqual(report.page.paths.map(({ transport, relayed }) => `${transport} ${relayed}`), Array(5).fill('udp false'));
    await page.check('input[type=radio][value=cursor]');
    assert.equal(await page.locator('tbody tr').count(), LANES.length);

    const csv = await saved(page, 'csv');
    assert.equal(csv.trim().split('\n').length, 1 + 3 * LANES.length + 1);
    await page.click('[data-copy]');
    await page.getByText('Copied.').waitFor();
    const markdown = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(markdown, /\| way \| p50 \|/);
    assert.ok(markdown.includes(report.verdicts[0].en));
    assert.deepEqual(house.problems, []);
  });

  test('what is kept is seen by a friend, with a terminal’s TCP and UDP beside it, and by nobody when it is deleted', async () => {
    const { page } = house;
    const said = await page.innerText('[data-verdict=cursor]');
    await page.click('[data-keep]');
    const link = await page.getAttribute('[data-link] a', 'href');
    const friend = await house.another({ viewport: PHONE, locale: 'ko-KR' });
    await friend.page.goto(link);
    await friend.page.waitForSelector('[data-result]');
    assert.equal(await friend.page.locator('[data-remove]').count(), 0);
    await friend.page.click('[data-switch=language]');
    await until('the same verdict', async () => (await friend.page.innerText('[data-verdict=cursor]')) === said);

    const own = await page.context().newPage();
    await own.goto(link);
    const [, key] = /--attach=(\S+)/.exec(await own.innerText('footer code'));
    const [command, ...words] = madang('compare', server.url, `--attach=${key}`, '--workload=cursor', '--lanes=udp,tcp,websocket', '--duration=1s');
    await run(command, words);
    await friend.page.reload();
    await friend.page.check('input[type=radio][value=cursor]');
    for (const lane of ['udp', 'tcp']) assert.match(await friend.page.innerText(`[data-row=${lane}]`), /terminal/);
    assert.equal(await friend.page.locator('[data-row=websocket]').count(), 1);
    assert.equal(await friend.page.innerText('[data-verdict=cursor]'), said);
    if (shots) await friend.page.screenshot({ path: join(shots, 'beside-phone.png'), fullPage: true });
    await friend.page.check('input[type=radio][value=voice]');
    assert.equal(await friend.page.locator('[data-row=udp]').count(), 0);

    await own.click('[data-remove]');
    await own.click('[data-remove]');
    await own.getByText('The result is deleted.').waitFor();
    await friend.page.reload();
    await friend.page.waitForSelector('[data-problem]');
    await own.close();
    await friend.context.close();
  });

  test('a deadline that is moved by keys tells late and the verdict anew', async () => {
    const { page } = house;
    await page.check('input[type=radio][value=voice]');
    const said = () => page.innerText('[data-verdict=voice]');
    await page.focus('[data-deadline]');
    await page.keyboard.press('Home');
    await page.getByText('Late is what takes longer than 50 ms').waitFor();
    const report = JSON.parse(await saved(page, 'json'));
    assert.ok(valid(report), JSON.stringify(valid.errors));
    assert.equal(report.workloads.find(({ name }) => name === 'voice').deadline, 50);
    assert.equal(await said(), report.verdicts.find(({ workload }) => workload === 'voice').en);
  });

  test('what is measured in turn has its figures, too', async () => {
    const { page } = house;
    await page.goto(`${server.url}/compare`);
    await page.waitForSelector('[data-start]:enabled');
    for (const use of ['chat', 'cursor', 'voice']) await page.uncheck(`input[value=${use}]`);
    for (const use of ['video', 'file', 'loaded', 'connect']) await page.check(`input[value=${use}]`);
    await page.click('[data-start]');
    await page.waitForSelector('[data-result]', { timeout: 240_000 });
    const report = JSON.parse(await saved(page, 'json'));
    assert.ok(valid(report), JSON.stringify(valid.errors));
    const of = (use) => report.results.filter(({ workload }) => workload === use);
    assert.deepEqual(report.results.filter(({ failure }) => failure), []);
    for (const use of ['video', 'file', 'loaded', 'connect']) assert.deepEqual(of(use).map(({ lane }) => lane), lanesOf(use));
    console.log('    ' + of('file').map(({ lane, mbps }) => `${lane} ${mbps} Mb/s`).join(', '));
    console.log('    ' + of('connect').map(({ lane, setup }) => `${lane} ${setup} ms`).join(', '));
    assert.ok(of('file').every(({ mbps }) => mbps > 0) && of('connect').every(({ setup }) => setup > 0));
    assert.ok(of('loaded').every(({ rpm }) => rpm > 0) && of('video').every(({ cpu }) => cpu >= 0));
  });

  test('stopped early, it shows what there was until then and says so', async () => {
    const { page } = house;
    await page.goto(`${server.url}/compare`);
    await page.click('[data-start]:enabled');
    await page.waitForSelector('[data-phase=cursor]', { timeout: 30_000 });
    await until('some cursor', async () => /\d/.test(await page.innerText('[data-lane=channel] .now')));
    await page.click('[data-stop]');
    await page.waitForSelector('[data-result]');
    const report = JSON.parse(await saved(page, 'json'));
    assert.ok(valid(report), JSON.stringify(valid.errors));
    assert.equal(report.partial, true);
    assert.ok(report.seconds < 6, `${report.seconds} s, as long as it was to be`);
    assert.ok(report.page.doubts.includes('stopped'));
    assert.equal(await page.getAttribute('[data-confidence]', 'data-confidence'), 'low');
  });
});

describe('with a second device', () => {
  let server;
  let house;
  let friend;
  before(async () => {
    [server, house] = await Promise.all([startServer(), openChromium()]);
    friend = await house.another({ viewport: PHONE, locale: 'ko-KR' });
    await server.rest();
  });
  after(async () => {
    await house?.close();
    await server?.stop();
  });

  test('a link opened there has the two measure each other directly, and it is good once', async () => {
    const { page } = house;
    await page.goto(`${server.url}/compare`);
    await page.waitForSelector('[data-start]:enabled');
    for (const use of ['chat', 'voice']) await page.uncheck(`input[value=${use}]`);
    await page.click('[data-invite-other]');
    const link = await page.getAttribute('[data-meeting] a', 'href');
    if (shots) await page.screenshot({ path: join(shots, 'invite.png'), fullPage: true });
    await friend.page.goto(link);
    await friend.page.waitForSelector('[data-join=asked]');
    if (shots) await friend.page.screenshot({ path: join(shots, 'join-phone.png'), fullPage: true });
    await friend.page.click('[data-take-part]');
    await friend.page.waitForSelector('[data-join=with]');
    await until('a train', async () => /\d/.test(await page.innerText('[data-lane=channel] .now')), { timeout: 30_000, every: 250 });
    assert.equal(await page.locator('[data-lane]').count(), 4);

    const third = await house.another();
    await third.page.goto(link);
    await third.page.click('[data-take-part]');
    await third.page.waitForSelector('[data-problem]');
    await third.context.close();

    await page.waitForSelector('[data-result]', { timeout: 60_000 });
    await friend.page.waitForSelector('[data-join=over]');
    const report = JSON.parse(await saved(page, 'json'));
    assert.ok(valid(report), JSON.stringify(valid.errors));
    assert.match(report.page.peer, /^Chromium \d+/);
    assert.deepEqual(report.results.map(({ lane }) => lane), LANES.slice(4));
    for (const { lane, failure, sent, lost } of report.results) {
      assert.equal(failure, undefined, lane);
      assert.ok(sent > 100 && lost < sent / 10, `${lane}: ${lost} of ${sent}`);
    }
    assert.deepEqual(report.page.paths.map(({ relayed }) => relayed), Array(4).fill(false));
    assert.match(await page.innerText('[data-paths]'), /directly between the two/);
    if (shots) await page.screenshot({ path: join(shots, 'peer-result.png'), fullPage: true });
    assert.deepEqual(house.problems, []);
  });

  test('two that reach the server by TCP and each other not at all measure each other through its relay', { skip: !isRoot && 'needs root' }, async () => {
    const hosts = [makeHost(), makeHost()];
    hosts.forEach((each) => each.blockUdp());
    const [asks, answers] = await Promise.all(hosts.map(({ name }) => openChromium({ namespace: name })));
    try {
      const { page } = asks;
      await page.goto(`http://${hosts[0].gateway}:${server.port}/compare`);
      await page.waitForSelector('[data-start]:enabled');
      for (const use of ['cursor', 'voice']) await page.uncheck(`input[value=${use}]`);
      await page.click('[data-invite-other]');
      await answers.page.goto(await page.getAttribute('[data-meeting] a', 'href'));
      await answers.page.click('[data-take-part]');
      await page.waitForSelector('[data-result]', { timeout: 60_000 });
      const { results, page: told } = JSON.parse(await saved(page, 'json'));
      assert.deepEqual(told.paths.map(({ transport, relayed }) => `${transport} ${relayed}`), Array(4).fill('tcp true'));
      for (const { lane, failure, sent } of results) {
        assert.equal(failure, undefined, lane);
        assert.ok(sent > 20, `${lane}: ${sent}`);
      }
    } finally {
      await Promise.all([asks.close(), answers.close()]);
      hosts.forEach((each) => each.remove());
    }
  });

  test('whoever cancels takes the link back', async () => {
    const { page } = house;
    await page.goto(`${server.url}/compare`);
    await page.click('[data-invite-other]:enabled');
    const link = await page.getAttribute('[data-meeting] a', 'href');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'invite');
    await page.keyboard.press('Tab'); // the link
    await page.keyboard.press('Tab'); // to copy it
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-start]');
    await until('the heading has the focus', () => page.evaluate(() => document.activeElement?.tagName === 'H1'));
    await friend.page.goto(link);
    await friend.page.click('[data-take-part]');
    await friend.page.waitForSelector('[data-problem]');
  });

  test('Firefox measures media as well, and gives back what Chromium sends it', async () => {
    const firefox = await openFirefox();
    try {
      await firefox.page.goto(`${server.url}/compare`);
      await firefox.page.waitForSelector('[data-start]:enabled');
      for (const use of ['chat', 'cursor']) await firefox.page.click(`input[value=${use}]`);
      await firefox.page.click('[data-start]');
      await firefox.page.waitForSelector('[data-result]', { timeout: 60_000 });
      const cells = await firefox.page.$$eval('[data-row=media] td', (all) => all.map((each) => each.textContent));
      assert.match(cells[0], /^[\d.]+ ms$/);

      const { page } = house;
      await page.goto(`${server.url}/compare`);
      await page.waitForSelector('[data-start]:enabled');
      for (const use of ['chat', 'voice']) await page.uncheck(`input[value=${use}]`);
      await page.click('[data-invite-other]');
      await firefox.page.goto(await page.getAttribute('[data-meeting] a', 'href'));
      await firefox.page.waitForSelector('[data-take-part]');
      await firefox.page.click('[data-take-part]');
      await page.waitForSelector('[data-result]', { timeout: 60_000 });
      const report = JSON.parse(await saved(page, 'json'));
      assert.match(report.page.peer, /^Firefox \d+/);
      assert.deepEqual(report.results.filter(({ failure, sent, lost }) => failure || lost > sent / 10), []);
    } finally {
      await firefox.close();
    }
  });
});

test('a server that does not measure says so, and what to set; its first page has no such door', async () => {
  const [server, house] = await Promise.all([startServer({ flags: { 'compare.enabled': 'false' } }), openChromium()]);
  try {
    await house.page.goto(`${server.url}/compare`);
    assert.match(await house.page.innerText('[data-off]'), /compare\.enabled: true/);
    await house.page.goto(server.url);
    await house.page.waitForLoadState('networkidle');
    assert.equal(await house.page.locator('a[href="/compare"]').count(), 0);
  } finally {
    await house.close();
    await server.stop();
  }
});
