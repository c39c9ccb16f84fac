import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

const flags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];

/** The Chromium of this machine, where there is one. */
export const chromiumPath = [process.env.CHROMIUM_PATH, ...usualPlaces].find((path) => path && existsSync(path));

const noBrowser = chromiumPath === undefined ? 'no Chromium found: install it, or name it in CHROMIUM_PATH' : undefined;

let browser: Browser | undefined; // of the test file: each has this module for itself

/** Tests that share one browser. Where there is none they are skipped, and say why. */
export function inBrowser(name: string, tests: () => void): void {
  if (noBrowser) console.warn(`skipped “${name}”: ${noBrowser}`);
  describe.skipIf(noBrowser)(name, () => {
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: chromiumPath, args: flags });
    });
    afterAll(() => browser?.close());
    tests();
  });
}

/** The browser of the tests that run. */
export function theBrowser(): Browser {
  if (!browser) throw new Error('there is a browser only in tests inside of inBrowser');
  return browser;
}

export const builtPage = fileURLToPath(new URL('../../out/renderer', import.meta.url));

export type Theme = 'dark' | 'light';

/** A page of its own for a test. Anything the page complains of fails the test. */
export async function openPage(address: string, theme: Theme = 'dark'): Promise<Page> {
  const viewport = { width: 1280, height: 800 };
  const context = await theBrowser().newContext({ colorScheme: theme, viewport, reducedMotion: 'no-preference' });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    // A host that is gone is the browser's to log; what the page makes of it, tests look at.
    const isOurs = !message.text().includes('net::ERR_CONNECTION_REFUSED');
    if (isOurs && ['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  onTestFinished(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });
  await page.goto(address);
  return page;
}

/** Run in the page: waits until what fades or slides has come to rest; what goes on for ever, or stands still half-way, is left out. */
const settled = `Promise.all(document.getAnimations()
  .filter(({ playState, effect }) => playState === 'running' && effect.getComputedTiming().iterations !== Infinity)
  .map(({ finished }) => Promise.race([finished.catch(() => undefined), new Promise((end) => setTimeout(end, 2000))])))
  .then(() => undefined)`;

/** Nothing that keeps people from using the page. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(settled); // half-way through fading in, every contrast is too low
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
}

/** Where pictures of the page are put. */
export const shots = fileURLToPath(new URL('../../out/screenshots', import.meta.url));

export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(shots, { recursive: true });
  await page.evaluate(settled); // half-way to another theme, every colour is wrong
  await page.screenshot({ path: join(shots, `${name}.png`) });
}

const mostPictures = 8; // of what never comes to rest, like the edge of a selection

/** A PNG of the page at rest: with the small pictures that come late, and with a canvas that has all its tiles. */
export async function restingPicture(page: Page): Promise<Buffer> {
  await page.evaluate(settled);
  await page.locator('canvas[aria-busy="true"]').first().waitFor({ state: 'detached' });
  let [last, shot] = [await page.screenshot(), await page.screenshot()];
  for (let taken = 2; !shot.equals(last) && taken < mostPictures; taken++)
    [last, shot] = [shot, await page.screenshot()];
  return shot;
}
