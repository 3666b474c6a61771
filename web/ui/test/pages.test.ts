// @vitest-environment node
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { open, scenes } from './scenes.ts';
import { serve } from './served.ts';

// Every scene in a real browser under the policy of the server: accessible, inside the screen,
// nothing refused, nothing fetched from elsewhere.

const root = join(import.meta.dirname, '..');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let folder: string;
let server: Awaited<ReturnType<typeof serve>>;
let browser: Browser;

beforeAll(async () => {
  process.env.NODE_ENV = 'production'; // or Svelte builds its talkative form
  folder = await mkdtemp(join(tmpdir(), 'madang-pages-'));
  await build({
    root,
    mode: 'fake',
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  });
  server = await serve(folder, { version: '0', open: true, compare: true, secure: 'https://192.168.0.7:7700/' });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

const desktop = { viewport: { width: 1280, height: 760 } };
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const looks = [
  { look: 'English, light, desktop', options: { ...desktop, locale: 'en-GB', colorScheme: 'light' } },
  { look: 'Korean, dark, phone', options: { ...phone, locale: 'ko-KR', colorScheme: 'dark' } },
] as const;

type Finding = { id: string; impact: string; nodes: { target: unknown[]; failureSummary: string }[] };

async function findings(page: Page): Promise<string[]> {
  // From outside the page's policy, as an extension would.
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { violations } = await (
      globalThis as unknown as { axe: { run: (on: Document, how: object) => Promise<{ violations: Finding[] }> } }
    ).axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return violations;
  });
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    // What lies under an open menu is not there to be pressed.
    .map((one) => ({ ...one, nodes: one.nodes.filter((node) => !node.failureSummary.includes('obscured')) }))
    .filter(({ nodes }) => nodes.length > 0)
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target.join(' ')} ${node.failureSummary}`).join('; ')}`);
}

describe.each(looks)('$look', ({ options }) => {
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
    page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (line) => {
      if (line.type() === 'error' && !line.text().includes('AudioContext')) {
        complaints.push(line.text());
      }
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(server.address) && !request.url().startsWith('blob:')) {
        complaints.push(`asked elsewhere: ${request.url()}`);
      }
    });
  });

  afterAll(() => context?.close());

  test.each(scenes)('$name is accessible and fits', async (scene) => {
    complaints.length = 0;
    await open(page, server.address, scene);
    expect(await findings(page)).toEqual([]);
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
    ).toBeLessThanOrEqual(0);
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(options.locale.slice(0, 2));
    expect(complaints).toEqual([]);
  }, 30_000);
});

test('with 200 % zoom the pages still fit', async () => {
  const context = await browser.newContext({ viewport: { width: 640, height: 400 }, locale: 'ko-KR' });
  const page = await context.newPage();
  for (const scene of scenes.filter(({ name }) => ['home', 'before', 'three-grid', 'chat', 'compare-result'].includes(name))) {
    await open(page, server.address, scene);
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      scene.name,
    ).toBeLessThanOrEqual(0);
  }
  await context.close();
}, 60_000);

test.each(['en-GB', 'ko-KR'])('on a phone each way’s late and lost are in sight beside its p95 (%s)', async (locale) => {
  const context = await browser.newContext({ ...phone, locale });
  const page = await context.newPage();
  await open(page, server.address, scenes.find(({ name }) => name === 'compare-result')!);
  const rows = await page.evaluate(() =>
    [...document.querySelectorAll('tbody tr')].map((row) =>
      ['p50', 'p95', 'late', 'lost'].map((word) => {
        const { left, right, top } = row.querySelector(`[data-word=${word}]`)!.getBoundingClientRect();
        const heading = document.querySelector(`thead [data-word=${word}]`)!.getBoundingClientRect();
        return { shown: left >= 0 && right <= innerWidth && Math.abs(right - heading.right) < 1, top };
      }),
    ),
  );
  expect(rows.length).toBeGreaterThan(5);
  for (const row of rows) {
    expect(row.every(({ shown, top }) => shown && top === row[0]!.top)).toBe(true);
  }
  await context.close();
}, 30_000);

test('before the room the buttons of the devices and Join are in sight, whatever the devices complain of', async () => {
  const views = [
    { viewport: { width: 1280, height: 720 }, locale: 'en-GB' },
    { viewport: { width: 1280, height: 720 }, locale: 'ko-KR' },
    { ...phone, locale: 'en-GB' },
    { ...phone, locale: 'ko-KR' },
  ];
  for (const view of views) {
    const context = await browser.newContext(view);
    const page = await context.newPage();
    for (const scene of scenes.filter(({ name }) => ['before', 'before-refused', 'before-troubles'].includes(name))) {
      await open(page, server.address, scene);
      const notes = { before: 0, 'before-refused': 1, 'before-troubles': 2 }[scene.name];
      await page.waitForFunction((notes) => document.querySelectorAll('.note').length === notes, notes);
      const hidden = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('[data-device], [data-join]')]
          .map((one) => ({ name: one.ariaLabel ?? one.textContent?.trim(), box: one.getBoundingClientRect(), one }))
          .filter(({ box, one }) => {
            const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
            return box.top < 0 || box.bottom > innerHeight || !one.contains(there);
          })
          .map(({ name, box }) => `${name} ${box.top}-${box.bottom}`),
      );
      expect(hidden, `${scene.name} ${view.locale} ${view.viewport.width}`).toEqual([]);
      expect(await page.locator('[data-device]').count()).toBe(2);
    }
    await context.close();
  }
}, 60_000);

test('on a phone everything to press is at least 44 pixels', async () => {
  const context = await browser.newContext({ ...phone, locale: 'ko-KR' });
  const page = await context.newPage();
  for (const scene of scenes.filter(({ name }) => ['home', 'before', 'people', 'chat', 'share'].includes(name))) {
    await open(page, server.address, scene);
    const small = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('button, select, input:not([type=file]), summary')]
        .map((one) => ({ name: one.getAttribute('aria-label') ?? one.textContent?.trim(), box: one.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && (box.width < 43.5 || box.height < 43.5))
        .map(({ name, box }) => `${name} ${box.width}×${box.height}`),
    );
    expect(small, scene.name).toEqual([]);
  }
  await context.close();
}, 60_000);

test('the whole meeting by keyboard alone', async () => {
  const context = await browser.newContext({ ...desktop, locale: 'en-GB' });
  const page = await context.newPage();
  await page.goto(`${server.address}/`);
  await page.getByRole('textbox', { name: 'Name of the room' }).focus();
  await page.keyboard.type('morning tea');
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: 'Your name' }).focus();
  await page.keyboard.type('Noor');
  await page.keyboard.press('Enter');
  await page.locator('[data-room-state="connected"]').waitFor();
  await page.keyboard.press('m');
  await page.getByRole('button', { name: 'Turn microphone on' }).waitFor();
  await page.keyboard.press('c');
  await page.locator('textarea:focus').waitFor();
  await page.keyboard.type('Hello all');
  await page.keyboard.press('Enter');
  await page.getByRole('log').getByText('Hello all').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('log').waitFor({ state: 'detached' });
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  // Out of the page, not only closed: until then the keys are the dialog's.
  await page.locator('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('h');
  await page.locator('[data-me="true"][data-hand="1"]').waitFor();
  await page.getByRole('button', { name: 'Raise hand or react' }).focus();
  await page.keyboard.press('Enter');
  await page.locator('[role=menuitem]:focus').waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('[data-reaction="👏"]').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Leave' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'You left “morning-tea”' }).waitFor();
  await context.close();
}, 60_000);
