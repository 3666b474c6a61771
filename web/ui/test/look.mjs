// Pictures of every scene: `npm run look -- [FOLDER] [name…]` in both languages, light and dark,
// on a desktop and on a phone.
import { mkdir } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import { build, runnerImport } from 'vite';

const { open, scenes } = (await runnerImport('./test/scenes.ts')).module;
const { serve } = (await runnerImport('./test/served.ts')).module;

const [folder = '/tmp/madang-look', ...names] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
await build({ mode: 'fake', logLevel: 'error', build: { outDir: 'dist/fake', emptyOutDir: true } });
const about = { version: '0.1.0', open: true, compare: true, secure: 'https://192.168.0.7:7700/' };
const server = await serve('dist/fake', about);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const desktop = { viewport: { width: 1280, height: 760 } };
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const looks = [
  { suffix: 'en', locale: 'en-GB', colorScheme: 'light', ...desktop },
  { suffix: 'ko-dark', locale: 'ko-KR', colorScheme: 'dark', ...desktop },
  { suffix: 'ko-phone', locale: 'ko-KR', colorScheme: 'light', ...phone },
  { suffix: 'en-phone-dark', locale: 'en-GB', colorScheme: 'dark', ...phone },
];
for (const { suffix, ...look } of looks) {
  const context = await browser.newContext(look);
  const page = await context.newPage();
  page.on('console', (line) => line.type() === 'error' && console.log(suffix, line.text()));
  page.on('pageerror', (error) => console.log(suffix, error.message));
  page.setDefaultTimeout(8000);
  for (const scene of scenes) {
    if (names.length > 0 && !names.includes(scene.name)) {
      continue;
    }
    try {
      await open(page, server.address, scene);
      await page.waitForTimeout(450);
      await page.screenshot({ path: `${folder}/${scene.name}.${suffix}.png` });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 0) {
        console.log(`${scene.name} ${suffix}: ${wide} px too wide`);
      }
    } catch (error) {
      console.log(`${scene.name} ${suffix}: ${error.message.split('\n').slice(0, 3).join(' ')}`);
      await page.screenshot({ path: `${folder}/${scene.name}.${suffix}.FAILED.png` });
    }
  }
  await context.close();
}
await browser.close();
await server.close();
