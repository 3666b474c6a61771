// Another device on the network of this one, which follows the steps towards trust.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openChromium, seesAndHears } from '../browsers.js';
import { come } from '../people.js';
import { startServer } from '../server.js';

const lan = Object.values(networkInterfaces()).flat().find(({ internal, family }) => !internal && family === 'IPv4')?.address;

let server;
let home;
before(async () => {
  server = await startServer();
  home = mkdtempSync(join(tmpdir(), 'madang-home-'));
});
after(async () => {
  await server?.stop();
  rmSync(home, { recursive: true, force: true });
});

test('after the steps towards trust a device has camera and microphone, and no warning', { skip: !lan && 'needs a network address' }, async () => {
  const secure = `https://${lan}:${server.port}`;
  const stranger = await openChromium({ home });
  try {
    await assert.rejects(stranger.page.goto(secure), /ERR_CERT_AUTHORITY_INVALID/);
    const { page } = await stranger.another();
    await page.goto(`http://${lan}:${server.port}/trust`);
    const command = await page.locator('code', { hasText: 'certutil' }).first().evaluate((code) => code.textContent);
    const certificate = await page.request.get(`http://${lan}:${server.port}/trust/madang-ca.crt`);
    writeFileSync(join(home, 'madang-ca.crt'), await certificate.body());
    mkdirSync(join(home, '.pki/nssdb'), { recursive: true });
    const options = { cwd: home, env: { ...process.env, HOME: home }, stdio: 'pipe' };
    execFileSync('certutil', ['-d', `sql:${home}/.pki/nssdb`, '-N', '--empty-password'], options);
    // As the page tells it.
    execFileSync('sh', ['-c', command], options);
  } finally {
    await stranger.close();
  }
  const [june, mina] = await Promise.all([openChromium({ home }), openChromium()]);
  try {
    await come(mina.page, server.url, 'trusted', 'Mina');
    await come(june.page, secure, 'trusted', 'June');
    await Promise.all([seesAndHears(june.page), seesAndHears(mina.page)]);
    assert.equal(await june.page.evaluate(() => isSecureContext), true);
    assert.deepEqual(june.problems, []);
  } finally {
    await Promise.all([june.close(), mina.close()]);
  }
});
