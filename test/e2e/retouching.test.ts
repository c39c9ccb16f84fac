import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { expectAccessible, inBrowser } from '../helpers/browser.ts';
import type { Theme } from '../helpers/browser.ts';
import { button, drag, layers, showPanel } from '../helpers/page.ts';
import { colourAt, isBlue, openPicture, startStudio } from '../helpers/studio.ts';

const isRed = ([red = 0, green = 0, blue = 0]: number[]): boolean => red > 180 && green < 60 && blue < 60;
const seen = (page: Page, x: number, y: number, is: (colour: number[]) => boolean) =>
  expect.poll(() => colourAt(page, x, y).then(is)).toBe(true);

/** The sample photo with a red stroke on a layer of its own, whose panel is open. */
async function startPainted(theme: Theme = 'dark'): Promise<Page> {
  const { page, picture } = await startStudio({}, theme);
  await openPicture(page, picture);
  await showPanel(page, 'Layers');
  await button(page, 'New layer').click();
  await page.keyboard.press('p');
  const colour = page.getByRole('textbox', { name: 'Colour to paint with, as a number' });
  await colour.fill('#e01010');
  await colour.press('Enter');
  await drag(page, [0.4, 0.2], [0.5, 0.2]);
  await seen(page, 0.45, 0.2, isRed);
  return page;
}

const nameOf = (page: Page, row: number) => layers(page).nth(row).locator('button[data-row]');
const selectedRows = (page: Page) =>
  expect.poll(() =>
    layers(page).evaluateAll((rows) => rows.map((row) => (row as HTMLElement).ariaCurrent === 'true').join(' ')),
  );

inBrowser('retouching', () => {
  test.each<Theme>(['dark', 'light'])('a layer is dragged and nudged over the canvas: %s', async (theme) => {
    const page = await startPainted(theme);
    await page.getByRole('application').focus();
    await page.keyboard.press('v');
    await drag(page, [0.45, 0.2], [0.45, 0.35]);
    await seen(page, 0.45, 0.35, isRed);
    await seen(page, 0.45, 0.2, isBlue);
    await expectAccessible(page);
    for (let presses = 0; presses < 12; presses++) await page.keyboard.press('Shift+ArrowUp');
    await seen(page, 0.45, 0.35, (colour) => !isRed(colour));
    await button(page, 'Undo').click();
    await seen(page, 0.45, 0.35, isRed);
    await button(page, 'Undo').click();
    await seen(page, 0.45, 0.2, isRed);
  });

  test('several layers are selected by mouse and keyboard, moved in the order and merged', async () => {
    const page = await startPainted();
    await button(page, 'New layer').click();
    await expect.poll(() => layers(page).count()).toBe(3);
    await selectedRows(page).toBe('true false false');
    await nameOf(page, 1).click({ modifiers: ['Control'] });
    await selectedRows(page).toBe('true true false');
    await expectAccessible(page);
    await nameOf(page, 1).press('Alt+ArrowDown');
    await expect.poll(() => nameOf(page, 0).innerText()).toBe('lake at dusk.png');
    await selectedRows(page).toBe('false true true');
    await nameOf(page, 0).click();
    await nameOf(page, 0).press('Shift+ArrowDown');
    await selectedRows(page).toBe('true true false');
    await nameOf(page, 2).click({ modifiers: ['Shift'] });
    await selectedRows(page).toBe('true true true');
    await button(page, 'Merge the selected layers').click();
    await expect.poll(() => layers(page).count()).toBe(1);
    await seen(page, 0.45, 0.2, isBlue); // the photo was above the stroke
  });

  test('the eye with Alt shows one layer alone', async () => {
    const page = await startPainted();
    const eye = button(page, 'Hide lake at dusk.png');
    await eye.click({ modifiers: ['Alt'] });
    await seen(page, 0.45, 0.2, isBlue);
    await eye.click({ modifiers: ['Alt'] });
    await seen(page, 0.45, 0.2, isRed);
  });
});
