// One command, a link, a page.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { openChromium } from './browsers.js';

const madang = new URL('../../madang', import.meta.url).pathname;

// What is not built yet is built here, so that the test measures a start.
before(() => execFileSync(madang, ['version'], { stdio: 'ignore' }));

test('`./madang dev` prints within five seconds a link that opens a working page', async () => {
  const data = mkdtempSync(join(tmpdir(), 'madang-start-'));
  const started = performance.now();
  const child = spawn(madang, ['dev', '--http.port=0', '--udp.port=0', '--metrics.port=0', `--data=${data}`], { stdio: ['ignore', 'pipe', 'pipe'] });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  try {
    let output = '';
    const link = await new Promise((resolve, reject) => {
      const read = (chunk) => {
        output += chunk;
        const found = /http:\/\/localhost:\d+/.exec(output);
        if (found) resolve(found[0]);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('exit', (code) => reject(new Error(`ended with ${code}:\n${output}`)));
    });
    const took = performance.now() - started;
    console.log(`    the link after ${Math.round(took)} ms`);
    assert.ok(took < 5000, `${Math.round(took)} ms`);
    const someone = await openChromium();
    try {
      await someone.page.goto(link);
      const field = await someone.page.waitForSelector('main input, form input');
      await field.fill('garden');
      await field.press('Enter');
      await someone.page.waitForSelector('[data-prejoin]');
      assert.match(someone.page.url(), /\/r\/garden$/);
      assert.deepEqual(someone.problems, []);
    } finally {
      await someone.close();
    }
    assert.ok(output.trim().split('\n').length <= 12, output);
  } finally {
    child.kill('SIGTERM');
    await gone;
    rmSync(data, { recursive: true, force: true });
  }
});
