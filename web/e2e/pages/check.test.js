// /check: can this browser, on this network, do it?
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openChromium, openFirefox } from '../browsers.js';
import { isRoot, makeHost } from '../network.js';
import { startServer } from '../server.js';

let server;
before(async () => {
  server = await startServer();
});
after(() => server?.stop());

/** The marks of all rows, when every one was looked at. */
async function marks(page) {
  await page.waitForSelector('[data-check][data-done=true]', { timeout: 60_000 });
  return page.evaluate(() =>
    Object.fromEntries([...document.querySelectorAll('[data-check] li')].map(({ dataset }) => [dataset.name, dataset.mark])),
  );
}

test('a browser on an open network reads that everything works, in both languages', async () => {
  const { page, problems, close } = await openChromium({ args: ['--ignore-certificate-errors'] });
  try {
    await page.goto(`${server.url}/check`);
    const found = await marks(page);
    for (const name of ['secure', 'polling', 'websocket', 'webrtc', 'udp', 'tcp', 'tls', 'microphone', 'camera', 'screen', 'codecs', 'sealed']) {
      assert.equal(found[name], 'pass', `${name} of ${JSON.stringify(found)}`);
    }
    assert.equal(await page.textContent('[data-summary]'), 'Everything works here.');
    await page.getByRole('button', { name: '한국어' }).click();
    await page.getByText('모두 잘 돼요.', { exact: true }).waitFor();
    assert.deepEqual(problems, []);
  } finally {
    await close();
  }
});

test('Firefox is told the same, as far as it tells', async () => {
  const { page, close } = await openFirefox();
  try {
    await page.goto(`${server.url}/check`);
    const found = await marks(page);
    for (const name of ['secure', 'polling', 'websocket', 'webrtc', 'codecs']) {
      assert.equal(found[name], 'pass', `${name} of ${JSON.stringify(found)}`);
    }
    assert.ok(['pass', 'skip'].includes(found.udp), found.udp);
  } finally {
    await close();
  }
});

test('where UDP is blocked the page says so, and that calls go by TCP', { skip: !isRoot && 'needs root' }, async () => {
  const host = makeHost();
  host.blockUdp();
  const { page, close } = await openChromium({ namespace: host.name, args: ['--ignore-certificate-errors'] });
  try {
    await page.goto(`https://${host.gateway}:${server.port}/check`);
    const found = await marks(page);
    assert.deepEqual([found.udp, found.tcp, found.tls], ['warn', 'pass', 'pass'], JSON.stringify(found));
    const told = await page.textContent('[data-name=udp]');
    assert.match(told, /UDP \d+ does not come through from here\. Calls go by TCP/);
    assert.match(await page.textContent('[data-summary]'), /One thing is worth a look/);
  } finally {
    await close();
    host.remove();
  }
});

test('over plain http from another machine the page says that one can watch but not speak, and where to go', { skip: !isRoot && 'needs root' }, async () => {
  const host = makeHost();
  const { page, close } = await openChromium({ namespace: host.name });
  try {
    await page.goto(`http://${host.gateway}:${server.port}/check`);
    const found = await marks(page);
    assert.deepEqual([found.secure, found.camera, found.websocket], ['warn', 'skip', 'pass'], JSON.stringify(found));
    assert.equal(await page.getAttribute('[data-name=secure] a.button', 'href'), `https://${host.gateway}:${server.port}/check`);
  } finally {
    await close();
    host.remove();
  }
});
