import type { Page } from 'playwright-core';
import { loss } from './report.ts';

/** A state of the pages worth looking at, and how to get there from its address. */
export type Scene = {
  name: string;
  path: string;
  /** Stop before joining. */
  before?: boolean;
  then?: (page: Page) => Promise<void>;
};

const press = (selector: string) => async (page: Page) => {
  await page.locator(selector).first().click();
};

const more = press('[data-tool="more"]');

export const scenes: readonly Scene[] = [
  { name: 'home', path: '/', before: true },
  {
    name: 'home-wrong',
    path: '/',
    before: true,
    then: async (page) => {
      await page.locator('#room').fill('no/such?');
      await page.locator('.meet').click();
    },
  },
  { name: 'trust', path: '/trust', before: true },
  { name: 'admin-link', path: '/admin#a-token', before: true },
  {
    name: 'admin-enter',
    path: '/admin',
    before: true,
    then: async (page) => {
      await page.locator('#password').waitFor();
    },
  },
  {
    name: 'admin',
    path: '/admin?rooms',
    before: true,
    then: async (page) => {
      await page.locator('[data-room]').first().waitFor();
    },
  },
  {
    name: 'admin-remove',
    path: '/admin?rooms',
    before: true,
    then: async (page) => {
      await page.locator('[data-remove]').first().click();
      await page.locator('[data-sure]').waitFor();
    },
  },
  {
    name: 'admin-none',
    path: '/admin?none',
    before: true,
    then: async (page) => {
      await page.locator('[data-none]').waitFor();
    },
  },
  { name: 'send', path: '/whip/tea', before: true },
  { name: 'watch', path: '/whep/tea', before: true },
  {
    name: 'compare',
    path: '/compare',
    before: true,
    then: async (page) => {
      await page.locator('[data-start]:enabled').waitFor();
    },
  },
  {
    name: 'compare-off',
    path: '/compare?closed',
    before: true,
    then: async (page) => {
      await page.locator('[data-off]').waitFor();
    },
  },
  {
    name: 'compare-wrong',
    path: '/compare',
    before: true,
    then: async (page) => {
      await page.locator('input[type=file]').setInputFiles({ name: 'a.json', mimeType: 'application/json', buffer: Buffer.from('{}') });
      await page.locator('[data-problem]').waitFor();
    },
  },
  {
    name: 'compare-result',
    path: '/compare',
    before: true,
    then: async (page) => {
      const buffer = Buffer.from(JSON.stringify(loss()));
      await page.locator('input[type=file]').setInputFiles({ name: 'report.json', mimeType: 'application/json', buffer });
      await page.locator('[data-result] .u-over').waitFor({ state: 'attached' });
      await page.locator('details.words summary').click();
    },
  },
  {
    name: 'compare-word',
    path: '/compare',
    before: true,
    then: async (page) => {
      const buffer = Buffer.from(JSON.stringify(loss()));
      await page.locator('input[type=file]').setInputFiles({ name: 'report.json', mimeType: 'application/json', buffer });
      await page.locator('[data-term=p95]').first().click();
      await page.locator(':popover-open').waitFor();
    },
  },
  {
    name: 'compare-kept',
    path: '/compare/AAAAAAAAAAAAAAAAAAAAAA',
    before: true,
    then: async (page) => {
      await page.evaluate(() => localStorage.setItem('madang.results', '{"AAAAAAAAAAAAAAAAAAAAAA":"BBBBBBBBBBBBBBBBBBBBBB"}'));
      await page.reload();
      await page.locator('input[type=radio]').nth(1).click();
      await page.locator('[data-row=udp]').waitFor();
      await page.locator('[data-remove]').click();
    },
  },
  { name: 'nowhere', path: '/no/such/page', before: true },
  { name: 'before', path: '/r/아침-차', before: true },
  { name: 'before-refused', path: '/r/tea?deny', before: true },
  { name: 'before-troubles', path: '/r/tea?deny&taken', before: true },
  { name: 'before-insecure', path: '/r/tea?insecure', before: true },
  { name: 'before-closed', path: '/r/tea?closed', before: true },
  { name: 'alone', path: '/r/tea?people=0' },
  { name: 'alone-closed', path: '/r/tea?people=0&closed&token=x' },
  {
    name: 'invite',
    path: '/r/tea?people=1&closed&token=x',
    then: async (page) => {
      await page.locator('[data-tool="people"]').click();
      await page.locator('[data-invite]').click();
      await page.locator('[data-inviting] button').click();
      await page.locator('[data-invitation]').waitFor();
    },
  },
  {
    name: 'right-to-left',
    path: '/r/tea?people=1&rtl',
    then: async (page) => {
      await page.locator('[data-tool="chat"]').click();
      await page.locator('[data-file]').waitFor();
    },
  },
  { name: 'two', path: '/r/tea?people=1' },
  { name: 'three-grid', path: '/r/tea?people=2&hands' },
  { name: 'four-poor', path: '/r/tea?people=3&quality=poor&away' },
  { name: 'many', path: '/r/tea?people=24' },
  { name: 'program', path: '/r/tea?people=1&program', then: press('[data-tool="people"]') },
  { name: 'papers', path: '/r/tea?people=3&dark' },
  { name: 'speaker', path: '/r/tea?people=3', then: (page) => page.keyboard.press('l') },
  { name: 'share', path: '/r/tea?people=3&share' },
  { name: 'own-share', path: '/r/tea?people=1', then: press('[data-tool="share"]') },
  { name: 'knock', path: '/r/tea?people=1&knock=1&locked' },
  { name: 'people', path: '/r/tea?people=3&knock=2&hands', then: press('[data-tool="people"]') },
  { name: 'chat', path: '/r/tea?people=2&chat', then: press('[data-tool="chat"]') },
  { name: 'chat-kept', path: '/r/tea?people=2&chat&kept', then: press('[data-tool="chat"]') },
  {
    name: 'chat-delete',
    path: '/r/tea?people=2&chat&kept',
    then: async (page) => {
      await more(page);
      await page.locator('[data-item="clear"]').click();
    },
  },
  { name: 'more-kept', path: '/r/tea?people=2&kept', then: more },
  {
    name: 'chat-file',
    path: '/r/tea?people=2&chat',
    then: async (page) => {
      await page.locator('[data-tool="chat"]').click();
      await page.locator('[data-file] button').first().click();
    },
  },
  { name: 'quality', path: '/r/tea?people=2&quality=poor', then: (page) => page.keyboard.press('q') },
  { name: 'react', path: '/r/tea?people=2', then: press('[data-tool="react"]') },
  { name: 'more', path: '/r/tea?people=2', then: more },
  {
    name: 'person-menu',
    path: '/r/tea?people=2',
    then: async (page) => {
      await page.locator('[data-tool="people"]').click();
      await page.locator('[data-person="p1"] [popovertarget]').click();
    },
  },
  {
    name: 'remove',
    path: '/r/tea?people=2',
    then: async (page) => {
      await page.locator('[data-tool="people"]').click();
      await page.locator('[data-person="p1"] [popovertarget]').click();
      await page.locator('[popover] .item.grave').click();
    },
  },
  { name: 'keys', path: '/r/tea?people=1', then: (page) => page.keyboard.press('?') },
  {
    name: 'devices',
    path: '/r/tea?people=1',
    then: async (page) => {
      await more(page);
      await page.locator('[popover] [data-item="devices"]').click();
    },
  },
  { name: 'blocked', path: '/r/tea?people=1&blocked' },
  { name: 'waiting', path: '/r/tea?state=waiting' },
  { name: 'reconnecting', path: '/r/tea?people=2&state=reconnecting' },
  { name: 'lost-removed', path: '/r/tea?state=lost&code=removed' },
  { name: 'lost-replaced', path: '/r/tea?state=lost&code=replaced' },
  { name: 'lost-full', path: '/r/tea?refuse=room-full' },
];

/** Opens a scene; ends when it stands still enough to be looked at. */
export async function open(page: Page, address: string, scene: Scene): Promise<void> {
  await page.goto(address + encodeURI(scene.path));
  await page.locator('main').first().waitFor();
  if (!scene.before) {
    await page.locator('#name').fill('지우');
    await page.locator('[data-join]').click();
    await page.locator('[data-room-state], [data-waiting], [data-lost]').first().waitFor();
  }
  await scene.then?.(page);
}
