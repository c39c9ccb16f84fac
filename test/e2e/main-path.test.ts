import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRecipe } from '#node/images/read-recipe.ts';
import { expectAccessible, launchBrowser, noBrowser, openPage, screenshot } from '../helpers/browser.ts';
import { startServerProcess } from '../helpers/server-process.ts';
import { instruction } from '../helpers/studio.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

if (noBrowser) console.warn(`skipped: ${noBrowser}`);

// The built program, its engine and its embedded model; nothing is played.
const samples = fileURLToPath(new URL('../../native-models/packs/mini/samples', import.meta.url));
const editMs = 240_000; // an edit on a machine that does much else

let browser: Browser;

beforeAll(async () => {
  if (!noBrowser) browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const results = (page: Page) => page.getByRole('listbox', { name: 'Results' }).getByRole('option');
const inDialog = (page: Page, name: string) => page.getByRole('dialog').getByRole('button', { name, exact: true });
const layers = (page: Page) => page.getByRole('list', { name: 'Layers' }).getByRole('listitem');

async function downloaded(page: Page, action: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), action()]);
  const path = join(temporaryFolder(), download.suggestedFilename());
  await download.saveAs(path);
  return path;
}

/** The name of what has the focus, as it is written there. Run in the page. */
const nameOfFocus = `(({ ariaLabel, labels, innerText }) => (ariaLabel ?? labels?.[0]?.innerText ?? innerText).trim())(
  document.activeElement)`;

/** Moves the focus by Tab until it is on what has this name. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; (await page.evaluate<string>(nameOfFocus)) !== name; presses++) {
    if (presses > 100) throw new Error(`“${name}” is not reached by Tab`);
    await page.keyboard.press('Tab');
  }
}

async function runFromPalette(page: Page, command: string): Promise<void> {
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Commands' });
  await palette.waitFor();
  await page.keyboard.type(command);
  await expect.poll(() => palette.getByRole('option', { selected: true }).innerText()).toContain(command);
  await page.keyboard.press('Enter');
  await palette.waitFor({ state: 'detached' });
}

/** Pixels that differ, and by how much each channel on average. */
async function difference(before: string, after: string) {
  const [a, b] = await Promise.all([before, after].map((file) => sharp(file).removeAlpha().raw().toBuffer()));
  expect(b.length).toBe(a.length);
  const sums = [0, 0, 0];
  let count = 0;
  for (let i = 0; i < a.length; i += 3) {
    if (a[i] === b[i] && a[i + 1] === b[i + 1] && a[i + 2] === b[i + 2]) continue;
    count++;
    for (let channel = 0; channel < 3; channel++) sums[channel] += b[i + channel] - a[i + channel];
  }
  return { share: count / (a.length / 3), mean: sums.map((sum) => sum / Math.max(1, count)) };
}

describe.skipIf(noBrowser)('the main path, with the embedded model', () => {
  test(
    'a sample is edited, kept, undone and redone, saved, opened again and exported',
    async () => {
      const { address } = await startServerProcess(temporaryFolder());
      const page = await openPage(browser, address);
      page.on('filechooser', () => undefined);
      await button(page, 'Open Winter').click();
      await instruction(page).fill('make the house blue');
      await button(page, 'Run').click();
      await page.getByText(/^Row \d+ of \d+/).waitFor({ timeout: editMs });
      await expect.poll(() => results(page).count(), { timeout: editMs }).toBe(1);
      await screenshot(page, 'main-path-result-dark');
      await button(page, 'Keep as layer').click();
      await page.getByRole('tab', { name: 'Layers' }).click();
      await expect.poll(() => layers(page).count()).toBe(2);
      await page.keyboard.press('Control+z');
      await expect.poll(() => layers(page).count()).toBe(1);
      await page.keyboard.press('Control+Shift+z');
      await expect.poll(() => layers(page).count()).toBe(2);

      const project = await downloaded(page, () => page.keyboard.press('Control+s'));
      await page.getByRole('menuitem', { name: 'File' }).click();
      await page.getByRole('menuitem', { name: 'Close picture' }).click();
      const chooser = page.waitForEvent('filechooser');
      await button(page, 'Open a picture…').click();
      await (await chooser).setFiles(project);
      await expect.poll(() => layers(page).count()).toBe(2);
      await page.keyboard.press('Control+e');
      const picture = await downloaded(page, () => inDialog(page, 'Export…').click());

      const { share, mean } = await difference(join(samples, 'winter.png'), picture);
      expect(share).toBeGreaterThan(0.002);
      expect(share).toBeLessThan(0.5); // the rest of the scene is as it was, bit for bit
      expect(mean[2] - mean[0]).toBeGreaterThan(20); // more blue, less red
      const { recipe, parameters } = await readRecipe(picture);
      expect(recipe).toMatchObject({ instruction: 'make the house blue', model: { id: 'mini' } });
      expect(parameters?.prompt).toBe('make the house blue');
    },
    editMs * 2,
  );

  test(
    'a picture is opened, a region selected, edited, kept and exported from the keyboard alone',
    async () => {
      const { address } = await startServerProcess(temporaryFolder());
      const page = await openPage(browser, address);
      await button(page, 'Open Winter').waitFor();
      await tabTo(page, 'Open Winter');
      await page.keyboard.press('Enter');
      await instruction(page).waitFor();
      await runFromPalette(page, 'Select a rectangle');
      await tabTo(page, 'Canvas');
      await page.keyboard.press('Enter'); // the middle: 64 × 64
      for (let times = 0; times < 3; times++) await page.keyboard.press('Shift+ArrowLeft');
      for (let times = 0; times < 2; times++) await page.keyboard.press('Alt+Shift+ArrowUp');
      await page.getByText('Selection 64 × 44').waitFor();
      await tabTo(page, 'What to change');
      await page.keyboard.type('make the house blue');
      await page.keyboard.press('Enter');
      await expect.poll(() => results(page).count(), { timeout: editMs }).toBe(1);
      await page.keyboard.press('Control+Shift+Enter');
      await expect.poll(() => results(page).count()).toBe(0);
      await page.keyboard.press('Control+e');
      await page.getByRole('dialog', { name: 'Export picture' }).waitFor();
      await tabTo(page, 'Export…');
      const picture = await downloaded(page, () => page.keyboard.press('Enter'));

      const { share } = await difference(join(samples, 'winter.png'), picture);
      expect(share).toBeGreaterThan(0.002);
      const [before, after] = await Promise.all(
        [join(samples, 'winter.png'), picture].map((file) =>
          sharp(file).removeAlpha().extract({ left: 118, top: 118, width: 10, height: 10 }).raw().toBuffer(),
        ),
      );
      expect(after.equals(before)).toBe(true); // outside the region and the ramp around it
      expect(await readRecipe(picture)).toMatchObject({ recipe: { selection: { mask: expect.any(String) } } });
    },
    editMs * 2,
  );

  test(
    'what was done is offered after the engine was killed, and comes back as it was',
    async () => {
      const folder = temporaryFolder();
      const first = await startServerProcess(folder);
      const page = await openPage(browser, first.address);
      await button(page, 'Open Winter').click();
      await page.getByRole('tab', { name: 'Layers' }).click();
      await page.getByRole('slider', { name: 'Opacity' }).fill('40');
      await instruction(page).fill('make the house blue');
      await button(page, 'Run').click();
      await page.getByText(/^Row \d+ of \d+/).waitFor({ timeout: editMs });
      await first.kill(); // in the middle of an edit
      await page.getByText('Reconnecting…').first().waitFor();
      await page.close();

      const second = await startServerProcess(folder);
      const again = await openPage(browser, second.address);
      await again.getByText('The program stopped while you were working. Nothing is lost.').waitFor();
      await expectAccessible(again);
      await screenshot(again, 'restore-dark');
      await button(again, 'Restore').click();
      await again.getByRole('img', { name: /The picture/ }).waitFor();
      expect(await again.title()).toBe('• winter.png – EditAR Studio');
      await again.getByRole('tab', { name: 'Layers' }).click();
      await expect.poll(() => again.getByRole('slider', { name: 'Opacity' }).inputValue()).toBe('40');
    },
    editMs * 2,
  );
});
