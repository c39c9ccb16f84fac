import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { expectAccessible, inBrowser } from '../helpers/browser.ts';
import { button, chooseFile, instruction, layers, results, runFromPalette, tabTo } from '../helpers/page.ts';
import { openPicture, startStudio } from '../helpers/studio.ts';

interface Stop {
  readonly name: string;
  readonly isMarked: boolean; // by a ring, or a border that the focus colours
  readonly isSeen: boolean;
}

/** Run in the page: what has the focus; null for nothing. A slider's ring is on its
 * thumb, an edge is a line that is coloured, and fields colour what is around them: styles of the element do not tell. */
const stop = `(() => {
  const held = document.activeElement;
  if (!held || held === document.body) return null;
  const marks = (element) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return outlineStyle !== 'none' && outlineWidth !== '0px';
  };
  const box = held.getBoundingClientRect();
  const around = [held, held.parentElement, held.parentElement?.parentElement].filter(Boolean);
  return {
    name: (held.ariaLabel ?? held.getAttribute('aria-labelledby') ?? held.labels?.[0]?.innerText ?? held.innerText ?? '').trim(),
    isMarked: around.some(marks) || held.type === 'range' || held.matches('[role=separator]') ||
      around.some((element) => element.matches('.words, .field, .number')),
    isSeen: box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight,
  };
})()`;

const focused = async (page: Page): Promise<string | undefined> => (await page.evaluate<Stop | null>(stop))?.name;

/** Run in the page: gives the focus to the first thing that Tab would reach. */
const begin = `[...document.querySelectorAll('button, a[href], input, textarea, select, [tabindex="0"]')]
  .find((element) => element.tabIndex >= 0 && element.checkVisibility() && !element.disabled).focus()`;

/** Goes through everything that Tab reaches, from the start of the page until nothing follows. */
async function stops(page: Page): Promise<Stop[]> {
  await page.evaluate(begin);
  const found: Stop[] = [];
  for (let here; found.length < 200; found.push(here)) {
    here = await page.evaluate<Stop | null>(stop);
    if (!here) return found;
    await page.keyboard.press('Tab');
  }
  throw new Error('Tab goes round and round');
}

/** Every stop can be told, and is seen to have the keyboard. */
async function expectPath(page: Page, atLeast: number): Promise<void> {
  const found = await stops(page);
  expect(found.length).toBeGreaterThanOrEqual(atLeast);
  expect(found.filter(({ name, isMarked, isSeen }) => name === '' || !isMarked || !isSeen)).toEqual([]);
}

/** The keyboard is somewhere, once what closes is gone and what opens is there. */
const expectHeld = (page: Page) => expect.poll(() => focused(page)).not.toBeUndefined();

inBrowser('from the keyboard alone', () => {
  test('Tab reaches what every screen has, each with a name and a mark', async () => {
    const { page, picture } = await startStudio({ stepMs: 10 });
    await button(page, 'Open a picture…').waitFor();
    await expectPath(page, 5);
    await openPicture(page, picture);
    await tabTo(page, 'What to change');
    await page.keyboard.type('swap');
    await page.keyboard.press('Enter');
    await expect.poll(() => results(page).count()).toBe(1);
    for (const panel of ['Edit', 'Layers', 'History']) {
      await page.getByRole('tab', { name: panel }).focus();
      await page.keyboard.press('Enter');
      await expectPath(page, 20);
    }
    for (const view of ['Control+Shift+M', 'Control+Shift+B']) {
      await page.keyboard.press(view);
      await page.waitForLoadState('networkidle');
      await expectPath(page, 10);
    }
  }, 180_000);

  test('Tab reaches everything in the tab for maps, with a map of every kind on the workbench', async () => {
    const { page, picture } = await startStudio({ stepMs: 10 });
    await openPicture(page, picture);
    await page.getByRole('tab', { name: 'Maps' }).focus();
    await page.keyboard.press('Enter');
    for (const [kind, drawn] of [
      ['Edges', 'Line'],
      ['Depth', 'Nearer'],
      ['Classes', 'Search classes'],
    ] as const) {
      await tabTo(page, kind);
      await page.keyboard.press('Enter');
      await tabTo(page, 'Empty map');
      await page.keyboard.press('Enter');
      await page.getByText('There is nothing in it to paint from.').waitFor();
      await tabTo(page, drawn);
      await expectPath(page, 40);
      await expectAccessible(page);
    }
  }, 180_000);

  test('dialogs and menus give the keyboard back to where it was', async () => {
    const { page, picture } = await startStudio();
    await openPicture(page, picture);
    await tabTo(page, 'Canvas');
    for (const key of ['Control+e', 'Control+,', 'F1', 'Control+k', 'Control+Shift+o']) {
      await page.keyboard.press(key);
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect([key, await focused(page)]).toEqual([key, 'Canvas']);
    }
    await page.keyboard.press('F1'); // tells the keys of tools too, which are no commands
    await page.getByRole('dialog').getByText('Smaller or larger brush').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await runFromPalette(page, 'About');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => focused(page)).toBe('Canvas');
    await page.getByRole('tab', { name: 'Layers' }).focus();
    await page.keyboard.press('Enter');
    await tabTo(page, 'More for lake at dusk.png');
    await page.keyboard.press('Enter');
    await page.getByRole('menu').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => focused(page)).toBe('More for lake at dusk.png');
  }, 120_000);

  test('what goes away while it has the keyboard hands it to what is around it', async () => {
    const { page, picture } = await startStudio({ stepMs: 10 });
    await button(page, 'Open a picture…').waitFor();
    await tabTo(page, 'Open a picture…');
    await chooseFile(page, () => page.keyboard.press('Enter'), picture);
    await instruction(page).waitFor();
    await expectHeld(page);
    await tabTo(page, 'What to change');
    for (const [count, words] of ['swap', 'swap once more'].entries()) {
      await instruction(page).fill(words);
      await page.keyboard.press('Enter');
      await expect.poll(() => results(page).count()).toBe(count + 1);
    }
    await tabTo(page, 'Keep as layer');
    await page.keyboard.press('Enter');
    await expect.poll(() => results(page).count()).toBe(1);
    await expect.poll(() => focused(page)).toBe('Results');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Delete');
    await expect.poll(() => results(page).count()).toBe(0);
    await expect.poll(() => focused(page)).toBe('Instruction and results');
    await page.getByRole('tab', { name: 'Layers' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => layers(page).count()).toBe(2);
    await tabTo(page, await layers(page).first().locator('[data-row]').innerText());
    await page.keyboard.press('Delete');
    await expect.poll(() => layers(page).count()).toBe(1);
    await expect.poll(() => focused(page)).toBe('lake at dusk.png');
    for (const view of ['Control+Shift+B', 'Control+Shift+B', 'Control+Shift+M', 'Control+Shift+M']) {
      await page.keyboard.press(view);
      await expectHeld(page);
    }
  }, 120_000);

  test('edits that wait are removed one after the other without losing the place', async () => {
    const { page, picture } = await startStudio({ stepMs: 5000 });
    await openPicture(page, picture);
    for (const words of ['first', 'second', 'third']) {
      await instruction(page).fill(words);
      await page.keyboard.press('Enter');
    }
    await button(page, '2 edits wait').waitFor();
    await tabTo(page, '2 edits wait');
    await page.keyboard.press('Enter');
    const waiting = page.getByRole('list', { name: 'Waiting edits' }).getByRole('listitem');
    await expect.poll(() => waiting.count()).toBe(2);
    for (const [words, left] of [
      ['second', 1],
      ['third', 0],
    ] as const) {
      await tabTo(page, `Remove: ${words}`);
      await page.keyboard.press('Enter');
      await expect.poll(() => waiting.count()).toBe(left);
      await expectHeld(page);
    }
  }, 120_000);
});
