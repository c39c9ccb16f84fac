import { basename, dirname, join } from 'node:path';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { expectAccessible, inBrowser } from '../helpers/browser.ts';
import type { Theme } from '../helpers/browser.ts';
import { colourAt, isBlue, isOrange, openPicture, studioOn, startStudio } from '../helpers/studio.ts';
import {
  button,
  chooseFile,
  downloaded,
  drag,
  inDialog,
  instruction,
  layers,
  results,
  showPanel,
  tabTo,
} from '../helpers/page.ts';
import { createPaintingEngine } from '../helpers/painting-engine.ts';
import { realEngine, samples } from '../helpers/real-engine.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

async function runAndWait(page: Page, words: string, count: number): Promise<void> {
  await instruction(page).fill(words);
  await button(page, 'Run').click();
  await expect.poll(() => results(page).count()).toBe(count);
}

/** Texts of the instruction bar that do not fit into their place. Run in the page. */
const cutTexts = `[...document.querySelectorAll('#edit-bar .status :is(p, span, button)')]
  .filter(({ scrollWidth, clientWidth, scrollHeight, clientHeight }) =>
    clientWidth > 0 && (scrollWidth > clientWidth + 1 || scrollHeight > clientHeight + 1))
  .map(({ textContent }) => textContent.trim())`;

inBrowser('the edit loop', () => {
  test.each<Theme>(['dark', 'light'])(
    'two results are compared, one becomes a layer, and it is run again with another seed: %s',
    async (theme) => {
      const { page, picture } = await startStudio({ stepMs: 150 }, theme);
      await openPicture(page, picture);
      await page.getByLabel('Results side by side').selectOption('2');
      await instruction(page).fill('swap day and dusk');
      await button(page, 'Run').click();
      await button(page, 'Result 2 is coming').waitFor();
      await page.getByText(/^Row ([4-9]|1\d) of 16/).waitFor();
      await expect.poll(() => results(page).count()).toBe(2);
      await expect.poll(() => colourAt(page, 0.5, 0.1).then(isOrange)).toBe(true);
      await expectAccessible(page);

      await results(page).nth(1).click();
      await button(page, 'Star result').click();
      await button(page, 'Compare with the picture before').click();
      await button(page, 'Compare with the picture before').click();
      await button(page, 'Keep as layer').click();
      await expect.poll(() => results(page).count()).toBe(1);
      await showPanel(page, 'Layers');
      await expect.poll(() => layers(page).count()).toBe(2);
      await expectAccessible(page);

      await button(page, /^Undo/).click();
      await expect.poll(() => layers(page).count()).toBe(1);
      await button(page, /^Redo/).click();
      await expect.poll(() => layers(page).count()).toBe(2);

      await layers(page)
        .first()
        .getByRole('button', { name: /^More for/ })
        .click();
      await page.getByRole('menuitem', { name: 'Run again with another seed' }).click();
      await expect.poll(() => results(page).count()).toBe(2);
      await showPanel(page, 'History');
      await expect
        .poll(() => page.getByRole('list', { name: 'History of edits' }).getByRole('listitem').count())
        .toBe(3);
      await expectAccessible(page);
    },
  );

  test('the upper rows of a result are kept and the edit goes on below them', async () => {
    const { page, picture } = await startStudio({ stepMs: 5 });
    await openPicture(page, picture);
    await runAndWait(page, 'swap', 1);
    await button(page, 'Keep the upper rows and go on').click();
    const line = page.getByRole('slider', { name: 'Rows that are kept' });
    await line.focus();
    await page.keyboard.press('ArrowDown');
    await page.getByText('Keeps 9 of 16 rows').waitFor();
    await expectAccessible(page);
    await button(page, 'Go on from here').click();
    await expect.poll(() => results(page).count()).toBe(2);
  });

  test('rows of an edit with a selection show where they will be put back', async () => {
    const { page, picture } = await startStudio({ stepMs: 400 });
    await openPicture(page, picture);
    await page.keyboard.press('m');
    await drag(page, [0.42, 0.12], [0.58, 0.5]);
    await page.getByLabel('Part of the picture').selectOption('whole');
    await instruction(page).fill('swap');
    await button(page, 'Run').click();
    await page.getByText(/^Row ([89]|1[0-3]) of 16/).waitFor();
    await expect.poll(() => colourAt(page, 0.5, 0.2).then(isOrange)).toBe(true);
    for (const x of [0.25, 0.85]) expect(isBlue(await colourAt(page, x, 0.2))).toBe(true);
    await expect.poll(() => results(page).count()).toBe(1);
  });

  test('stopping keeps the rows that came as a result', async () => {
    const { page, picture } = await startStudio({ stepMs: 400 });
    await openPicture(page, picture);
    await instruction(page).fill('swap');
    await button(page, 'Run').click();
    await page.getByText(/^Row ([6-9]|1[0-2]) of 16/).waitFor();
    await button(page, 'Stop').click();
    await expect.poll(() => results(page).count()).toBe(1);
    await expect.poll(() => colourAt(page, 0.5, 0.1).then(isOrange)).toBe(true);
    expect(isBlue(await colourAt(page, 0.5, 0.8))).toBe(true);
    await button(page, 'Keep as layer').click();
    await expect.poll(() => colourAt(page, 0.5, 0.1).then(isOrange)).toBe(true);
  });

  test('rows and their result stay on their pixels while the canvas is cropped and that is undone', async () => {
    let release = (): void => undefined;
    const until = new Promise<void>((resolve) => (release = resolve));
    let onHeld = (): void => undefined;
    const held = new Promise<void>((resolve) => (onHeld = resolve));
    const { page, picture } = await startStudio({ hold: { row: 8, until, onHeld } });
    await openPicture(page, picture);
    await instruction(page).fill('swap');
    await button(page, 'Run').click();
    await held;
    await expect.poll(() => colourAt(page, 0.5, 0.1).then(isOrange)).toBe(true);
    const { width, height } = (await page.getByRole('application').boundingBox())!;
    expect(width / height).toBeGreaterThan(1.4); // so that the lower half of the canvas is the lake
    await page.keyboard.press('c');
    await drag(page, [0.1, 0.65], [0.9, 0.95]);
    await page.keyboard.press('Enter');
    await button(page, 'Undo crop').waitFor();
    await expect.poll(() => colourAt(page, 0.5, 0.5).then(isBlue)).toBe(true); // the lake, of which no row has come
    for (const y of [0.3, 0.4, 0.6]) expect(isBlue(await colourAt(page, 0.5, y))).toBe(true);
    await page.keyboard.press('Control+z');
    await button(page, 'Redo crop').waitFor();
    await expect.poll(() => colourAt(page, 0.5, 0.1).then(isOrange)).toBe(true);
    await button(page, 'Redo crop').click();
    await button(page, 'Undo crop').waitFor();
    release();
    await expect.poll(() => results(page).count()).toBe(1);
    await expect.poll(() => colourAt(page, 0.5, 0.5).then(isOrange)).toBe(true);
    await button(page, 'Undo crop').click();
    await expect.poll(() => colourAt(page, 0.5, 0.1).then(isOrange)).toBe(true);
    await button(page, 'Keep as layer').click();
    await button(page, 'Undo keep result').waitFor();
    await expect.poll(() => colourAt(page, 0.5, 0.1).then(isOrange)).toBe(true);
    await page.keyboard.press('Control+e');
    const file = await downloaded(page, () => inDialog(page, 'Export…').click());
    const whole = await sharp(file).removeAlpha().raw().toBuffer();
    const before = await sharp(picture).removeAlpha().raw().toBuffer();
    const swapped = (at: number): number[] => [before[at + 2]!, before[at + 1]!, before[at]!];
    for (const [x, y] of [
      [600, 10],
      [100, 780],
      [880, 170],
    ] as const) {
      const at = (y * 1200 + x) * 3;
      for (const [channel, value] of swapped(at).entries())
        expect(Math.abs(whole[at + channel]! - value)).toBeLessThan(12);
    }
  });

  test.each([1280, 1000])('in a window of %d pixels no word about a result or a recipe is cut', async (width) => {
    const folder = temporaryFolder();
    const hosted = await createPaintingEngine({ folder, stepMs: 5 });
    const { page, picture } = await studioOn(hosted, folder);
    await page.setViewportSize({ width, height: 800 });
    await openPicture(page, picture);
    await runAndWait(page, 'make the sky of the evening orange', 1);
    await button(page, 'Keep as layer').click();
    await showPanel(page, 'Layers');
    await button(page, 'More for make the sky of the evening orange').click();
    await page.getByRole('menuitem', { name: 'Edit recipe' }).click();
    await button(page, 'Run').click();
    await page.getByText('In the place of the layer').waitFor();
    for (const language of ['en', 'pseudo'] as const) {
      await hosted.services.settings.change({ language });
      await page
        .locator('[data-then="results"]')
        .getByText(language === 'en' ? 'Result 1 of 1' : /^\[Ŕéšûļţ/)
        .waitFor();
      await expectAccessible(page);
      expect(await page.evaluate<string[]>(cutTexts)).toEqual([]);
    }
  });

  test('edits that wait can be put into another order and removed', async () => {
    const { page, picture } = await startStudio({ stepMs: 5000 });
    await openPicture(page, picture);
    for (const words of ['first', 'second', 'third']) {
      await instruction(page).fill(words);
      await page.keyboard.press('Enter');
    }
    await button(page, '2 edits wait').click();
    const waiting = page.getByRole('list', { name: 'Waiting edits' }).getByRole('listitem');
    await expect.poll(() => waiting.allInnerTexts()).toEqual(['second', 'third']);
    await button(page, 'Run sooner: third').click();
    await expect.poll(() => waiting.allInnerTexts()).toEqual(['third', 'second']);
    await expectAccessible(page);
    await button(page, 'Remove: second').click();
    await expect.poll(() => waiting.allInnerTexts()).toEqual(['third']);
    await button(page, 'Remove all').click();
    await expect.poll(() => waiting.count()).toBe(0);
    await button(page, 'Put back').click();
    await button(page, '1 edit waits').click();
    await expect.poll(() => waiting.allInnerTexts()).toEqual(['third']);
  });

  test('results and a queue of five leave a small picture its room, and what is looked at stays', async () => {
    let release = (): void => undefined;
    const until = new Promise<void>((resolve) => (release = resolve));
    const { page, picture } = await startStudio({ hold: { row: 4, until } });
    const small = join(dirname(picture), 'small.png');
    await sharp(picture).resize(128, 128, { fit: 'cover' }).png().toFile(small);
    await openPicture(page, small);
    const zoom = (): Promise<string> => page.getByRole('button', { name: /^Zoom [\d.]+ %$/ }).innerText();
    const before = await zoom();
    for (const words of ['first', 'second', 'third', 'fourth', 'fifth', 'sixth']) {
      await instruction(page).fill(words);
      await page.keyboard.press('Enter');
    }
    await button(page, '5 edits wait').click();
    await button(page, 'Result 1 is coming').waitFor();
    await expectAccessible(page);
    expect(await zoom()).toBe(before);
    release();
    await expect.poll(() => results(page).count()).toBe(6);
    const shown = results(page).and(page.locator('[aria-selected="true"]'));
    expect(await shown.getAttribute('title')).toBe('first');
    await button(page, 'Show the first of 5 new results').waitFor();
    await expectAccessible(page);
    await page.getByRole('application').focus();
    await page.keyboard.press('n');
    await expect.poll(() => shown.getAttribute('title')).toBe('second');
    await button(page, 'Star result').click();
    await button(page, 'More for all results').click();
    await page.getByRole('menuitem', { name: 'Discard results without a star' }).click();
    await expect.poll(() => results(page).count()).toBe(1);
    await button(page, 'Bring back').click();
    await expect.poll(() => results(page).count()).toBe(6);
    expect(await zoom()).toBe(before);
  });

  test('the recipe of a layer runs on its own picture and says so', async () => {
    const { page, picture } = await startStudio({ stepMs: 5 });
    await openPicture(page, picture);
    await runAndWait(page, 'swap', 1);
    await button(page, 'Keep as layer').click();
    await showPanel(page, 'Layers');
    await button(page, 'More for swap').click();
    await page.getByRole('menuitem', { name: 'Edit recipe' }).click();
    await page.getByText('Runs on the picture that “swap” was made from.').waitFor();
    await expectAccessible(page);
    await page.getByText('another seed will be taken').waitFor();
    await button(page, 'Run').click();
    await page.getByText('In the place of the layer “swap”').waitFor();
    // Swapped once, as the layer is: of the present picture it would be blue again.
    await expect.poll(() => colourAt(page, 0.5, 0.1).then(isOrange)).toBe(true);
    await button(page, 'Use the present picture').click();
    await page.getByText(/^Runs on the picture/).waitFor({ state: 'detached' });
  });

  test('open, select, type, run, keep and export work from the keyboard alone', async () => {
    const { page, picture } = await startStudio({ stepMs: 10 });
    await page.getByRole('button', { name: 'Models: Mini (256 pixels)' }).waitFor();
    await button(page, 'Open a picture…').waitFor();
    await chooseFile(page, () => page.keyboard.press('Control+o'), picture);
    await instruction(page).waitFor();
    await page.getByRole('application').focus();
    await page.keyboard.press('Control+a');
    await tabTo(page, 'What to change');
    await page.keyboard.type('swap');
    await page.keyboard.press('Enter');
    await expect.poll(() => results(page).count()).toBe(1);
    await page.keyboard.press('Control+Shift+Enter');
    await expect.poll(() => results(page).count()).toBe(0);
    await page.keyboard.press('Control+e');
    await page.getByRole('dialog', { name: 'Export picture' }).waitFor();
    await tabTo(page, 'Export…');
    const file = await downloaded(page, () => page.keyboard.press('Enter'));
    expect(basename(file)).toBe('lake at dusk edited.png');
    const saved = sharp(await readFile(file));
    expect(await saved.metadata()).toMatchObject({ width: 1200, height: 800 });
    const { data } = await saved.removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect(isOrange([...data.subarray(0, 3)])).toBe(true);
  });

  test('a placed square, guidance and earlier instructions are where a person looks for them', async () => {
    const { page, picture } = await startStudio({ stepMs: 1 });
    await openPicture(page, picture);
    await runAndWait(page, 'make the sky orange', 1);
    await page.getByLabel('Part of the picture').selectOption('square');
    await page.getByRole('button', { name: 'Square the model sees' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByText(/its result will be stretched 3\.1 times, to 800 px/).waitFor();
    await page.getByRole('slider', { name: 'Guidance' }).fill('8');
    await page.getByText('Forces your words').waitFor();
    await button(page, 'Earlier instructions').click();
    await page.getByLabel('Search earlier instructions').fill('orange sky');
    await page.getByRole('button', { name: 'make the sky orange', exact: true }).click();
    await expectAccessible(page);
    await page.getByRole('application').focus();
    await page.keyboard.press('m');
    await drag(page, [0.45, 0.4], [0.55, 0.6]); // within the square, which leaves other tools their work
    await page.getByText(/^Selection \d+ × \d+/).waitFor();
  });

  test('the embedded model edits a picture with the real engine', async () => {
    const folder = temporaryFolder();
    const { page } = await studioOn(await realEngine(folder), folder);
    await openPicture(page, join(samples, 'winter.png'));
    await instruction(page).fill('make the house blue');
    await button(page, 'Run').click();
    await expect.poll(() => results(page).count(), { timeout: 120_000 }).toBe(1);
    await button(page, 'Keep as layer').click();
    await showPanel(page, 'Layers');
    await expect.poll(() => layers(page).count()).toBe(2);
  }, 180_000);
});
