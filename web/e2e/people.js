// What a person does on the pages, in words. Works on Chromium's page and on Firefox's.

/** Opens the room's page and presses Join; returns at the moment of the press. */
export async function enter(page, url, room, name, { camera = true, microphone = true } = {}) {
  await page.goto(`${url}/r/${room}`);
  await page.waitForSelector('[data-prejoin]');
  await page.evaluate(() => document.querySelector('[data-prejoin] input').focus());
  await typeName(page, name);
  for (const [device, wanted] of Object.entries({ camera, microphone })) {
    await settle(page, device, wanted);
  }
  await page.click('[data-join]');
  return performance.now();
}

async function typeName(page, name) {
  await page.evaluate(() => {
    const field = document.querySelector('[data-prejoin] input');
    field.value = '';
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await page.keyboard.type(name);
}

async function settle(page, device, wanted) {
  const selector = `[data-prejoin] [data-device=${device}]`;
  await page.waitForSelector(`${selector}:not([disabled])`);
  const on = await page.evaluate((s) => document.querySelector(s).dataset.on === 'true', selector);
  if (on !== wanted) {
    await page.click(selector);
    await page.waitForSelector(`${selector}[data-on=${wanted}]:not([disabled])`);
  }
}
