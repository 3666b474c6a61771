// What a person does on /compare, and what its report must bear out.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020.js';
import { until } from './browsers.js';

const schema = JSON.parse(readFileSync(new URL('../../docs/compare.schema.json', import.meta.url), 'utf8'));
export const valid = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);
export const LANES = ['websocket', 'socketio', 'polling', 'events', 'channel', 'channel-unordered', 'channel-lossy', 'channel-lifetime'];
/** Sound has a beat of its own, that of a voice. */
export const lanesOf = (use) => (use === 'voice' || use === 'connect' ? [...LANES, 'media'] : LANES);
export const shots = process.env.SCREENSHOTS;

/** Presses the button, and returns what was measured and how long it took. */
export async function compare(page, url, uses) {
  await page.goto(`${url}/compare`);
  await page.waitForSelector('[data-start]:enabled');
  for (const use of ['chat', 'cursor', 'voice']) {
    await page.setChecked(`input[value=${use}]`, uses.includes(use));
  }
  const begun = performance.now();
  await page.click('[data-start]');
  await until('a train', async () => /\d/.test(await page.innerText('[data-lane=channel-lossy] .now')), { timeout: 30_000, every: 250 });
  if (shots) await page.waitForTimeout(3000);
  if (shots) await page.screenshot({ path: join(shots, `running-${uses.join('-')}.png`), fullPage: true });
  await page.waitForSelector('[data-result]', { timeout: 60_000 });
  const seconds = (performance.now() - begun) / 1000;
  const report = JSON.parse(await saved(page, 'json'));
  assert.ok(valid(report), JSON.stringify(valid.errors));
  return { report, seconds };
}

export async function saved(page, what) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.click(`[data-save=${what}]`)]);
  return readFileSync(await download.path(), 'utf8');
}

const inTime = ({ sent, late, lost }) => (sent - late - lost) / sent;

/** Whatever was not named best is worse than one that was: less in time, or later, or not all of it. */
export function bearsOut(report, use) {
  const worked = report.results.filter((each) => each.workload === use && each.sent > 0 && each.lane !== 'tcp-model');
  const { best } = report.verdicts.find(({ workload }) => workload === use);
  const named = worked.filter(({ lane }) => best.includes(lane));
  assert.ok(named.length > 0, `${use}: no best among ${JSON.stringify(report.verdicts)}`);
  // What gives messages up is not for chats, however lucky it was.
  const given = use === 'chat' ? ['channel-lossy', 'channel-lifetime'] : [];
  for (const other of worked.filter(({ lane }) => ![...best, ...given].includes(lane))) {
    assert.ok(
      named.some((each) => inTime(each) > inTime(other) || each.p95 <= other.p95 || other.lost > 0),
      `${use}: ${other.lane} would have been better than ${best}`,
    );
  }
}

/** How many answers came at once with the one before: a train that was held up. */
export function bunched({ delays }, use) {
  const every = { cursor: 1000 / 60, voice: 20 }[use];
  const arrivals = delays.map((delay, i) => (delay === null ? null : i * every + delay));
  return arrivals.filter((at, i) => at !== null && arrivals[i - 1] != null && Math.abs(at - arrivals[i - 1]) < every / 8).length;
}
