// The page /compare on lines that lose: what is measured is time, so nothing else runs beside it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openChromium, PHONE, until } from './browsers.js';
import { bearsOut, bunched, compare, LANES, lanesOf, saved, shots, valid } from './comparing.js';
import { isRoot } from './network.js';
import { openLab, startServer } from './server.js';

test('a line that the server makes lose bunches what is reliable, and TCP stands beside it as a model', async () => {
  const [server, house] = await Promise.all([startServer(), openChromium()]);
  try {
    const friend = await house.another({ viewport: PHONE, locale: 'ko-KR' });
    await server.rest();
    const { page } = house;
    await page.goto(`${server.url}/compare`);
    await page.waitForSelector('[data-start]:enabled');
    await page.uncheck('input[value=chat]');
    await page.check('input[name=line][value="5"]');
    if (shots) await page.screenshot({ path: join(shots, 'loss-start.png'), fullPage: true });
    await page.click('[data-start]');
    await page.waitForSelector('[data-phase=voice]', { timeout: 60_000 });
    if (shots) await page.waitForTimeout(6000);
    if (shots) await page.screenshot({ path: join(shots, 'loss-running.png'), fullPage: true });
    await page.waitForSelector('[data-result]', { timeout: 60_000 });
    const report = JSON.parse(await saved(page, 'json'));
    assert.ok(valid(report), JSON.stringify(valid.errors));
    assert.equal(report.page.loss, 0.05);
    for (const use of ['cursor', 'voice']) {
      const lanes = report.results.filter(({ workload }) => workload === use);
      const of = Object.fromEntries(lanes.map((each) => [each.lane, each]));
      console.log('    ' + lanes.map(({ lane, p50, p95, late, lost, sent }) => `${lane} p50 ${p50} p95 ${p95} late ${late} lost ${lost} of ${sent}`).join('\n    '));
      assert.deepEqual(lanes.map(({ lane }) => lane), ['tcp-model', ...LANES.slice(4), ...(use === 'voice' ? ['media'] : [])]);
      // Both ways: 1 - 0.95².
      const share = of['channel-lossy'].lost / of['channel-lossy'].sent;
      assert.ok(share > 0.03 && share < 0.2, `${use}: ${share} lost`);
      assert.ok(of.channel.lost === 0 && bunched(of.channel, use) > 2 * bunched(of['channel-lossy'], use), `${use}: ${bunched(of.channel, use)} bunched`);
      const model = of['tcp-model'];
      // A loss is noticed when the next message has come: 60 or 50 a second.
      const next = 1000 / (use === 'cursor' ? 60 : 50);
      assert.ok(model.lost === 0 && bunched(model, use) > 0 && model.p99 > model.p50 + 0.8 * next, `${use}: the model, p99 ${model.p99}, ${bunched(model, use)} bunched`);
      bearsOut(report, use);
      assert.doesNotMatch(report.verdicts.find(({ workload }) => workload === use).en, /model/);
    }
    assert.match(await page.innerText('[data-loss]'), /5 %.*“TCP \(model\)” was not measured/);
    // A line of a millisecond: why it shows the opposite of a long one, and where that stands.
    assert.match(await page.innerText('[data-loss]'), /The round trip of this line is \d+\.\d ms.*At 80 ms it is otherwise/);
    const article = await page.request.get(await page.evaluate(() => document.querySelector('[data-loss] a').href));
    assert.equal(article.headers()['content-type'], 'text/plain; charset=utf-8');
    assert.match(await article.text(), /^# WebSocket or WebRTC\?/);
    assert.match(await page.innerText('[data-row=tcp-model]'), /TCP \(model\)/);
    if (shots) await page.screenshot({ path: join(shots, 'loss-result.png'), fullPage: true });

    await page.click('[data-keep]');
    const link = await page.getAttribute('[data-link] a', 'href');
    await friend.page.goto(link);
    await friend.page.waitForSelector('[data-loss]');
    assert.match(await friend.page.innerText('[data-loss]'), /TCP\(모형\)/);
    await until('the verdict in Korean', async () => (await friend.page.innerText('[data-verdict=cursor]')) === report.verdicts[0].ko);
    if (shots) await friend.page.screenshot({ path: join(shots, 'loss-friend.png'), fullPage: true });
  } finally {
    await house.close();
    await server.stop();
  }
});

test('on a line that loses, over plain http on a phone: what is reliable bunches and is late, what is lossy loses and is on time', { skip: !isRoot && 'needs root' }, async () => {
  const lab = await openLab('loss=2%,rtt=80ms,seed=7');
  let server;
  let phone;
  try {
    server = await startServer({ namespace: lab.server });
    phone = await openChromium({ namespace: lab.client, viewport: PHONE, media: false });
    await server.rest();
    const { report, seconds } = await compare(phone.page, `http://${lab.address}:${server.port}`, ['cursor', 'voice']);
    console.log(`    ${seconds.toFixed(1)} s; the page kept its sender waiting ${report.page.own} ms`);
    assert.equal(await phone.page.evaluate(() => isSecureContext), false);
    for (const use of ['cursor', 'voice']) {
      const of = Object.fromEntries(report.results.filter(({ workload }) => workload === use).map((each) => [each.lane, each]));
      console.log('    ' + lanesOf(use).map((lane) => `${lane} p95 ${of[lane].p95} late ${of[lane].late} lost ${of[lane].lost} of ${of[lane].sent}`).join('\n    '));
      for (const lane of ['websocket', 'channel']) {
        assert.equal(of[lane].lost, 0, `${use} ${lane}`);
        assert.ok(of[lane].late > 0 && bunched(of[lane], use) > 2 * bunched(of['channel-lossy'], use), `${use} ${lane}: ${of[lane].late} late, ${bunched(of[lane], use)} bunched`);
        assert.ok(of['channel-lossy'].late / of['channel-lossy'].sent < of[lane].late / of[lane].sent, `${use} ${lane}`);
      }
      assert.ok(of['channel-lossy'].lost > 0, `${use}: the lossy lane lost nothing`);
      assert.ok(use !== 'voice' || (of.media.lost > 0 && of.media.p95 < of.websocket.p95), 'sound is given up, and on time');
      assert.ok(of.polling.p95 > of.websocket.p95, use);
      assert.ok(report.verdicts.find(({ workload }) => workload === use).best.includes('channel-lossy'), report.verdicts);
      bearsOut(report, use);
    }
    // A page without a clipboard of its own copies all the same.
    await phone.page.click('[data-copy]');
    await phone.page.getByText('Copied.').waitFor();
    if (shots) await phone.page.screenshot({ path: join(shots, 'loss-phone.png'), fullPage: true });
    assert.deepEqual(phone.problems, []);
  } finally {
    await phone?.close();
    await server?.stop();
    await lab.close();
  }
});
