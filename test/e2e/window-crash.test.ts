import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { inBrowser, openPage } from '../helpers/browser.ts';
import { button, drag, instruction, layers, showPanel } from '../helpers/page.ts';
import { startServerProcess } from '../helpers/server-process.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

// The built program is killed at moments nobody chose, in the middle of a person's work. EDITAR_KILLS=50 for a long walk.
const kills = Number(process.env.EDITAR_KILLS ?? 3);

/** Numbers that look random and are the same every time. */
function* numbers(seed = 11): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    yield state / 2 ** 31;
  }
}

const random = numbers();
const upTo = (most: number): number => Math.floor(random.next().value * most);
const somewhere = (): [number, number] => [0.35 + random.next().value * 0.3, 0.25 + random.next().value * 0.5];

const gestures: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  paint: async (page) => {
    await page.keyboard.press('p');
    await drag(page, somewhere(), somewhere(), somewhere());
  },
  erase: async (page) => {
    await page.keyboard.press('e');
    await drag(page, somewhere(), somewhere());
  },
  opacity: async (page) =>
    page
      .getByRole('slider', { name: 'Opacity' })
      .first()
      .fill(String(10 + upTo(90))),
  add: async (page) => page.keyboard.press('Control+Shift+l'),
  duplicate: async (page) => page.keyboard.press('Control+j'),
  merge: async (page) => page.keyboard.press('Control+Shift+e'),
  undo: async (page) => page.keyboard.press('Control+z'),
  redo: async (page) => page.keyboard.press('Control+y'),
  save: async (page) => page.keyboard.press('Control+s'),
  edit: async (page) => {
    await instruction(page).fill('make the house blue');
    await page.keyboard.press('Enter');
    await page.getByRole('application').focus();
  },
};
const names = Object.keys(gestures);
const quick = names.filter((name) => name !== 'edit'); // what an edit shows while it comes is no part of the document

/** Run in the page: what is said lies over the picture. */
const messagesAway = `for (const { style } of document.querySelectorAll('[aria-label="Messages"]')) style.visibility = 'hidden'`;

/** What a person sees of the document, with the hand as their tool. */
async function seen(page: Page) {
  await page.keyboard.press('h');
  await page.keyboard.press('Control+0');
  await page.locator('canvas[aria-busy="true"]').first().waitFor({ state: 'detached' });
  await delay(400); // what fades or is drawn with the next frame
  await page.evaluate(messagesAway);
  const png = await page.getByRole('application').screenshot();
  const rows = (await layers(page).allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));
  return { rows, pixels: await middleOf(png) };
}

/** The middle of the canvas, small: its edges and its height depend on what is said below it. */
async function middleOf(png: Buffer): Promise<number[]> {
  const { width, height } = await sharp(png).metadata();
  const [left, top] = [width, height].map((length) => Math.round(length / 2) - 150) as [number, number];
  const middle = sharp(png).removeAlpha().extract({ left, top, width: 300, height: 300 });
  return [...(await middle.resize(32, 32).raw().toBuffer())];
}
type Seen = Awaited<ReturnType<typeof seen>>;

const isSame = (a: Seen, b: Seen): boolean =>
  a.rows.join() === b.rows.join() && a.pixels.every((value, index) => Math.abs(value - b.pixels[index]!) < 12);

inBrowser('killed in the middle of work', () => {
  test(
    `after each of ${kills} kills the document is as before the last gesture, or as after it`,
    async () => {
      const dataFolder = temporaryFolder();
      let server = await startServerProcess(dataFolder);
      let page = await openPage(server.address);
      await button(page, 'Open Meadow').click();
      await showPanel(page, 'Layers');
      await gestures.add!(page);
      for (let kill = 0; kill < kills; kill++) {
        for (const name of [quick[upTo(quick.length)]!, quick[upTo(quick.length)]!]) {
          await gestures[name]!(page);
          await delay(900);
        }
        const before = await seen(page);
        const last = names[upTo(names.length)]!;
        await gestures[last]!(page);
        await delay(random.next().value * (last === 'edit' ? 3000 : 500));
        await server.kill();
        await delay(500);
        const after = await seen(page);
        await page.close();

        server = await startServerProcess(dataFolder);
        page = await openPage(server.address);
        await button(page, 'Restore').click();
        await showPanel(page, 'Layers');
        await expect.poll(() => layers(page).count()).toBeGreaterThan(0);
        const restored = await seen(page);
        const isWhole = isSame(restored, before) || isSame(restored, after);
        expect({ kill, last, isWhole, rows: restored.rows }).toMatchObject({ isWhole: true });
      }
    },
    120_000 + kills * 60_000,
  );
});
