// Every screen in both languages, light and dark, at a desk and on a phone: accessible, inside the
// screen, Korean where Korean was asked for. SCREENSHOTS=FOLDER keeps a picture of each.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DESKTOP, openChromium, PHONE, until } from '../browsers.js';
import { enter, namesOn, openPanel, write } from '../people.js';
import { startServer } from '../server.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const shots = process.env.SCREENSHOTS;

/** What stands in Latin letters in every language: brands, techniques, units, signs of keys, and the switch to English. */
const LATIN =
  /\b(\d+ms|[kMG]?bit\/s|ms|\d+kB|\d+MB|MB|Madang|English|WebSocket|WebRTC|Socket\.IO|Server-Sent Events|POST|JSON|CSV|Markdown|lab|RPM|CPU|https?|HTTP|UDP|TCP|TLS|Wi-Fi|VP8|VP9|AV1|H264|[oO]pus|WHIP|WHEP|red|Esc|Android|iPhone|iPad|iOS|Windows|macOS|Mac|Linux|Firefox|Chrome|Chromium|Edge|Safari|Debian|Ubuntu|Finder|madang-ca\.crt|CA|libnss3-tools)\b/g;

let rooms = 0;
let server;
let house;
before(async () => {
  [server, house] = await Promise.all([startServer(), openChromium({ args: ['--use-fake-device-for-media-stream=device-count=1'] })]);
  if (shots) mkdirSync(shots, { recursive: true });
});
after(async () => {
  await house?.close();
  await server?.stop();
});

for (const look of [
  { name: 'en-light-desk', locale: 'en-GB', viewport: DESKTOP, colorScheme: 'light' },
  { name: 'ko-light-phone', locale: 'ko-KR', viewport: PHONE, colorScheme: 'light' },
  { name: 'ko-dark-desk', locale: 'ko-KR', viewport: DESKTOP, colorScheme: 'dark' },
  { name: 'en-dark-phone', locale: 'en-GB', viewport: PHONE, colorScheme: 'dark' },
]) {
  describe(look.name, () => {
    const room = `마당-${++rooms}`;
    let page;
    let friend;
    let friends;
    before(async () => {
      ({ page } = await house.another({ ...options(look), reducedMotion: 'reduce' }));
      friends = await house.another({ ...options(look), reducedMotion: 'reduce' });
      friend = friends.page;
    });
    after(() => Promise.all([page?.context().close(), friends?.context.close()]));

    const screen = (name, reach) =>
      test(`${name} is accessible, fits and speaks the language`, async () => {
        await reach();
        await check(page, look, name);
      });

    screen('home', async () => {
      await page.goto(server.url);
      await page.waitForSelector('form input');
    });
    screen('trust', async () => {
      await page.goto(`${server.url}/trust`);
      await page.waitForSelector('article details');
      await page.evaluate(() => document.querySelectorAll('details').forEach((each) => (each.open = true)));
    });
    screen('send', async () => {
      await page.goto(`${server.url}/whip/${encodeURIComponent(room)}`);
      await page.waitForSelector('[data-send=camera]');
    });
    screen('watch', async () => {
      await page.goto(`${server.url}/whep/${encodeURIComponent(room)}`);
      await page.waitForSelector('[data-play]');
    });
    screen('compare', async () => {
      await page.goto(`${server.url}/compare`);
      await page.waitForSelector('[data-start]:enabled');
      await page.check('input[name=line][value="2"]');
    });
    screen('compare-other', async () => {
      await page.click('[data-invite-other]');
      await page.waitForSelector('[data-meeting]');
    });
    screen('compare-join', async () => {
      await friend.goto(await page.getAttribute('[data-meeting] a', 'href'));
      await friend.waitForSelector('[data-join=asked]');
      await check(friend, look, 'compare-join');
      await page.click('[data-cancel]');
      await page.check('input[name=line][value="0"]');
    });
    screen('compare-running', async () => {
      await page.click('[data-start]');
      await page.waitForSelector('[data-lane=websocket].working');
      await until('figures', async () => /\d/.test(await page.innerText('[data-lane=websocket] .now')));
    });
    screen('compare-result', async () => {
      await page.click('[data-stop]');
      await page.waitForSelector('[data-result] .u-over', { state: 'attached' });
      await page.evaluate(() => document.querySelectorAll('details').forEach((each) => (each.open = true)));
    });
    screen('check', async () => {
      await page.goto(`${server.url}/check`);
      await page.waitForSelector('[data-check][data-done=true]');
    });
    screen('nowhere', async () => {
      await page.goto(`${server.url}/r/`);
      await page.waitForSelector('h1');
    });
    screen('before', async () => {
      await page.goto(`${server.url}/r/${encodeURIComponent(room)}`);
      await page.waitForSelector('[data-prejoin] [data-device=camera][data-on=true]');
    });
    screen('alone', async () => {
      await enter(page, server.url, room, '미나');
      await page.waitForSelector('[data-room-state=connected]');
    });
    screen('two', async () => {
      await enter(friend, server.url, room, '준호', { camera: false });
      await until('two', async () => (await namesOn(page)).length === 2);
      await page.waitForSelector('[data-name=준호][data-link=connected]');
    });
    screen('chat', async () => {
      await write(friend, '안녕하세요! 잘 들리나요?');
      await openPanel(page, 'chat');
      await page.waitForSelector('article[data-message]');
    });
    screen('people', async () => {
      await close(page);
      await friend.keyboard.press('Escape');
      await friend.click('[data-tool=react]');
      await friend.click('[role=menu] [role=menuitem]');
      await openPanel(page, 'people');
      await page.waitForSelector('[data-hands]');
    });
    screen('quality', async () => {
      await page.click('#tab-quality');
      await page.waitForSelector('[data-quality-of] table td');
    });
    screen('more', async () => {
      await close(page);
      await page.click('[data-tool=more]');
      await page.waitForSelector('[role=menu] [role=menuitem]');
    });
    screen('keys', async () => {
      await page.keyboard.press('Escape');
      await page.keyboard.press('?');
      await page.waitForSelector('dialog [data-shortcuts]');
    });
    screen('knock', async () => {
      await page.keyboard.press('Escape');
      await page.waitForSelector('dialog', { state: 'detached' });
      await page.click('[data-tool=more]');
      await page.locator('[role=menu] [role=group] [role=menuitem]').first().click();
      await friend.click('.leave');
      await friend.waitForSelector('[data-lost=left]');
      await enter(friend, server.url, room, '준호', { camera: false });
      await friend.waitForSelector('[data-waiting]');
      await page.waitForSelector('.knock button');
    });
    test('the lobby is accessible, fits and speaks the language', () => check(friend, look, 'lobby'));
    test('one who was declined reads it in the language', async () => {
      await page.locator('.knock button').nth(1).click();
      await friend.waitForSelector('[data-lost=declined]');
      await check(friend, look, 'declined');
    });
    screen('left', async () => {
      await page.click('.leave');
      await page.waitForSelector('[data-lost=left]');
    });
    test('an invitation that is spoilt is explained in the language', async () => {
      await friend.goto(`${server.url}/r/${encodeURIComponent(room)}#token=rubbish`);
      await friend.reload();
      await friend.waitForSelector('[data-lost=bad-token]');
      await check(friend, look, 'spoilt');
    });
  });
}

const options = ({ locale, viewport, colorScheme }) => ({ locale, viewport, colorScheme });

const close = async (page) => {
  await page.keyboard.press('Escape');
  await page.waitForSelector('[data-panel]', { state: 'detached' });
};

async function check(page, look, name) {
  if (shots) await page.screenshot({ path: join(shots, `${name}.${look.name}.png`) });
  const language = look.locale.slice(0, 2);
  assert.equal(await page.evaluate(() => document.documentElement.lang), language);
  assert.deepEqual(await tooWide(page), []);
  assert.deepEqual(await findings(page), []);
  if (language === 'ko') assert.deepEqual(await notKorean(page), []);
}

/** The page, and each box in it that cuts words off without saying so. */
const tooWide = (page) =>
  page.evaluate(() => {
    const wide = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) wide.push(`page ${scrollWidth} > ${clientWidth}`);
    for (const each of document.querySelectorAll('button, h1, h2, h3, p, li, dt, dd, label, td, th')) {
      const box = each.getBoundingClientRect();
      if (box.width > 0 && each.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && box.left < innerWidth && box.right > innerWidth + 1 && !each.closest('.unseen, table')) {
        wide.push(`${each.tagName} ${each.textContent.trim().slice(0, 40)} ${Math.round(box.right)}`);
      }
    }
    return wide;
  });

async function findings(page) {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.filter((node) => !node.failureSummary.includes('obscured')).map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary}`));
  });
}

/** What a reader sees or hears with Latin words in it that no list allows. */
const notKorean = (page) =>
  page.evaluate(
    ([latin, own]) => {
      const said = new Set([document.title]);
      const visible = (each) => each.checkVisibility({ visibilityProperty: true });
      for (const each of document.querySelectorAll('body *')) {
        if (!visible(each) || each.closest('code, kbd, script, style, [lang=en]')) continue;
        for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-description', 'aria-roledescription']) {
          if (each.hasAttribute(name)) said.add(each.getAttribute(name));
        }
        for (const node of each.childNodes) if (node.nodeType === Node.TEXT_NODE) said.add(node.data.trim());
      }
      const allowed = new RegExp(latin, 'g');
      return [...said].filter((words) => /\p{Script=Latin}{2,}/u.test(words.replaceAll(own, '').replace(/https?:\/\/\S+/g, '').replace(/fake_device\S*|Fake (Default )?(Audio|Video)\S*.*/gi, '').replace(allowed, '')));
    },
    [LATIN.source, server.url],
  );
