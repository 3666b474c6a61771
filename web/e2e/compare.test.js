// `madang compare` as people run it, and what its report says.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { promisify } from 'node:util';
import Ajv from 'ajv/dist/2020.js';
import { madang } from './server.js';

const run = promisify(execFile);
const root = process.getuid?.() === 0 && process.platform === 'linux';
const schema = JSON.parse(readFileSync(new URL('../../docs/compare.schema.json', import.meta.url), 'utf8'));
const valid = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);

/** @param {string[]} options */
async function compare(...options) {
  const folder = mkdtempSync(join(tmpdir(), 'madang-compare-'));
  try {
    const [command, ...words] = madang('compare', `--json=${join(folder, 'report.json')}`, ...options);
    const { stdout } = await run(command, words, { maxBuffer: 1 << 24 });
    return { table: stdout, report: JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('prints a table of all lanes within a minute, and a report that its schema describes', async () => {
  const begun = Date.now();
  const { table, report } = await compare();
  const seconds = (Date.now() - begun) / 1000;
  console.log(`compare took ${seconds.toFixed(1)} s`);
  assert.ok(valid(report), JSON.stringify(valid.errors));
  assert.deepEqual(report.results.filter(({ failure }) => failure), []);
  assert.equal(new Set(report.results.map(({ lane }) => lane)).size, 11);
  assert.equal(new Set(report.results.map(({ workload }) => workload)).size, 7);
  for (const word of ['UDP', 'TCP', 'WebSocket', 'Server-Sent Events', 'data channel (no retransmits)', 'RTP', 'Verdicts']) {
    assert.ok(table.includes(word), `no ${word} in:\n${table}`);
  }
  assert.ok(seconds <= 60, `${seconds} s`);
});

test('of two terminals one listens, and the other measures it without a server between', async () => {
  const [command, ...words] = madang('compare', '--listen=0');
  const listener = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = await once(listener.stdout.setEncoding('utf8'), 'data');
    const [, port] = /^On the other machine: madang compare http:\/\/\S+:(\d+)$/m.exec(line);
    const { report } = await compare(`http://127.0.0.1:${port}`, '--workload=cursor', '--duration=1s');
    assert.deepEqual(report.results.filter(({ failure, sent }) => failure || !(sent > 0)), []);
    assert.equal(report.results.length, 11);
  } finally {
    const gone = once(listener, 'exit');
    listener.kill('SIGTERM');
    await gone;
  }
});

test('ended early it reports what there was, and the seconds that this was', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'madang-compare-'));
  const [command, ...words] = madang('compare', `--json=${join(folder, 'report.json')}`, '--workload=cursor', '--lanes=udp', '--duration=60s');
  const running = spawn(command, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  const gone = once(running, 'exit');
  try {
    for await (const line of createInterface(running.stderr)) {
      if (line.includes('cursor (60 s)')) running.kill('SIGINT');
    }
    await gone;
    const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
    assert.ok(valid(report), JSON.stringify(valid.errors));
    assert.equal(report.partial, true);
    assert.ok(report.seconds < 30, `${report.seconds} s`);
  } finally {
    running.kill('SIGKILL');
    await gone;
    rmSync(folder, { recursive: true, force: true });
  }
});

test('where packets are lost, what waits for nothing is on time and what is reliable is not', { skip: !root && 'needs root' }, async () => {
  const { report } = await compare('--lab=loss=2%,rtt=80ms,seed=7', '--workload=cursor', '--duration=30s');
  assert.ok(valid(report), JSON.stringify(valid.errors));
  assert.equal(report.lab.loss, 0.02);
  const p95 = Object.fromEntries(report.results.map(({ lane, p95 }) => [lane, p95]));
  console.log('95th percentiles of the cursor at 2 % loss:', JSON.stringify(p95));
  const least = (...lanes) => Math.min(...lanes.map((lane) => p95[lane]));
  const most = (...lanes) => Math.max(...lanes.map((lane) => p95[lane]));
  assert.ok(most('udp', 'channel-lossy') < least('tcp', 'websocket'), 'datagrams before streams');
  assert.ok(least('tcp', 'websocket') < p95.channel, 'streams of TCP before those of SCTP');
  assert.ok(most('tcp', 'websocket', 'channel') < p95.polling, 'polling last');
  const lost = Object.fromEntries(report.results.map(({ lane, lost, sent }) => [lane, lost / sent]));
  for (const lane of ['tcp', 'websocket', 'socketio', 'polling', 'channel', 'channel-unordered']) {
    assert.equal(lost[lane], 0, `${lane} lost something`);
  }
  // Both ways: 1 - 0.98².
  assert.ok(lost.udp > 0.02 && lost.udp < 0.06, `UDP lost ${lost.udp}`);
});
