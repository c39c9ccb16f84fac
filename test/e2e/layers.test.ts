import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { expectAccessible, inBrowser } from '../helpers/browser.ts';
import type { Theme } from '../helpers/browser.ts';
import {
  button,
  chooseFile,
  downloaded,
  drag,
  inDialog,
  instruction,
  layers,
  runFromPalette,
  showPanel,
} from '../helpers/page.ts';
import { colourAt, isBlue, openPicture, startStudio } from '../helpers/studio.ts';

const menuOf = async (page: Page, row: number, entry: string): Promise<void> => {
  await layers(page)
    .nth(row)
    .getByRole('button', { name: /^More for/ })
    .click();
  await page.getByRole('menuitem', { name: entry }).click();
};

async function start(theme: Theme): Promise<Page> {
  const { page, picture } = await startStudio({}, theme);
  await openPicture(page, picture);
  await showPanel(page, 'Layers');
  return page;
}

const isRed = ([red = 0, green = 0, blue = 0]: number[]): boolean => red > 180 && green < 60 && blue < 60;
const isGrey = ([red = 0, green = 0, blue = 0]: number[]): boolean =>
  Math.max(red, green, blue) - Math.min(red, green, blue) < 4;
const seen = (page: Page, x: number, y: number, is: (colour: number[]) => boolean) =>
  expect.poll(() => colourAt(page, x, y).then(is)).toBe(true);

inBrowser('layers and masks', () => {
  test.each<Theme>(['dark', 'light'])('are painted on, erased, undone and merged: %s', async (theme) => {
    const page = await start(theme);
    await button(page, 'New layer').click();
    await expect.poll(() => layers(page).count()).toBe(2);
    await page.keyboard.press('p');
    const colour = page.getByRole('textbox', { name: 'Colour to paint with, as a number' });
    await colour.fill('#e01010');
    await colour.press('Enter');
    await drag(page, [0.3, 0.2], [0.6, 0.2]);
    await seen(page, 0.45, 0.2, isRed);
    await expectAccessible(page);

    await page.keyboard.press('e');
    await drag(page, [0.45, 0.15], [0.45, 0.25]);
    await seen(page, 0.45, 0.2, isBlue);
    await seen(page, 0.35, 0.2, isRed);
    await button(page, /^Undo/).click();
    await seen(page, 0.45, 0.2, isRed);
    await button(page, /^Undo/).click();
    await seen(page, 0.35, 0.2, isBlue);
    await button(page, /^Redo/).click();
    await seen(page, 0.35, 0.2, isRed);

    await button(page, 'Merge with the layer below').click();
    await expect.poll(() => layers(page).count()).toBe(1);
    await seen(page, 0.35, 0.2, isRed);
    await button(page, /^Undo/).click();
    await expect.poll(() => layers(page).count()).toBe(2);
  });

  test('are merged where they are visible, and flattened, each as one step to undo', async () => {
    const page = await start('dark');
    await page.keyboard.press('p');
    const colour = page.getByRole('textbox', { name: 'Colour to paint with, as a number' });
    await colour.fill('#e01010');
    await colour.press('Enter');
    for (const x of [0.3, 0.5, 0.7]) {
      await button(page, 'New layer').click();
      await drag(page, [x, 0.15], [x, 0.25]);
      await seen(page, x, 0.2, isRed);
    }
    await button(page, 'Hide Layer 3').click();
    await seen(page, 0.5, 0.2, isBlue);

    await runFromPalette(page, 'Merge visible layers');
    await expect.poll(() => layers(page).count()).toBe(2);
    const shown = async (): Promise<void> => {
      for (const x of [0.3, 0.7]) await seen(page, x, 0.2, isRed);
      await seen(page, 0.5, 0.2, isBlue);
    };
    await shown();
    await button(page, /^Undo/).click();
    await expect.poll(() => layers(page).count()).toBe(4);

    await runFromPalette(page, 'Flatten image');
    await page.getByText('One layer is hidden and would be gone.').waitFor();
    await expectAccessible(page);
    await inDialog(page, 'Flatten').click();
    await expect.poll(() => layers(page).count()).toBe(1);
    await shown();
    await button(page, /^Undo/).click();
    await expect.poll(() => layers(page).count()).toBe(4);
    await shown();
  });

  test('a mask is made of the selection, painted, looked at, inverted, switched off and applied', async () => {
    const page = await start('dark');
    await page.keyboard.press('m');
    await drag(page, [0.25, 0.1], [0.75, 0.5]);
    await button(page, 'Add mask').click();
    await page.keyboard.press('Control+d');
    await seen(page, 0.5, 0.2, isBlue);
    await seen(page, 0.5, 0.75, isGrey); // the lake is hidden: what is left shows through

    await page.keyboard.press('p');
    await page.getByText('Hide', { exact: true }).click();
    await drag(page, [0.4, 0.2], [0.6, 0.2]);
    await seen(page, 0.5, 0.2, isGrey);
    await page.keyboard.press('x');
    await drag(page, [0.3, 0.75], [0.7, 0.75]);
    await seen(page, 0.5, 0.75, isBlue);

    await button(page, 'See the mask').click();
    await seen(page, 0.5, 0.75, (rgb) => rgb.every((value) => value > 250));
    await seen(page, 0.5, 0.2, (rgb) => rgb.every((value) => value < 5));
    await expectAccessible(page);
    await menuOf(page, 0, 'Invert mask');
    await seen(page, 0.5, 0.75, (rgb) => rgb.every((value) => value < 5));
    await button(page, 'See the mask').click();

    await menuOf(page, 0, 'Switch mask off');
    await seen(page, 0.5, 0.75, isBlue);
    await seen(page, 0.3, 0.2, isBlue);
    await menuOf(page, 0, 'Switch mask off');
    await seen(page, 0.3, 0.2, isGrey);
    await menuOf(page, 0, 'Select what the mask shows');
    await page.getByText(/^Selection 1200 × 800/).waitFor();
    await menuOf(page, 0, 'Apply mask');
    await expect.poll(() => button(page, /^Work on the mask/).count()).toBe(0);
    await seen(page, 0.5, 0.2, isBlue);
    await seen(page, 0.3, 0.2, isGrey);
  });

  test('the thing under the pointer is selected by its colours, as there is no map', async () => {
    const page = await start('dark');
    await page.keyboard.press('s');
    await page.getByText('By similar colours').waitFor();
    await drag(page, [0.722, 0.245], [0.722, 0.245]); // the sun
    await page.getByText(/^Selection 1[23]\d × 1[23]\d$/).waitFor();
    await expectAccessible(page);
  });

  test('layers are chosen, renamed, moved and locked from the keyboard', async () => {
    const page = await start('dark');
    await page.keyboard.press('Control+j');
    await expect.poll(() => layers(page).count()).toBe(2);
    const name = layers(page).first().getByRole('button', { name: 'lake at dusk.png copy', exact: true });
    await name.focus();
    await page.keyboard.press('F2');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('Copy');
    await page.keyboard.press('Enter');
    await layers(page).first().getByRole('button', { name: 'Copy', exact: true }).focus();
    await page.keyboard.press('Alt+ArrowDown');
    await expect.poll(() => layers(page).nth(1).getByRole('button', { name: 'Copy', exact: true }).count()).toBe(1);
    await layers(page)
      .nth(1)
      .getByRole('button', { name: /^More for/ })
      .click();
    await page.getByRole('menu').waitFor();
    await page.keyboard.press('Escape'); // once, although the tooltip of its button is there too
    await page.getByRole('menu').waitFor({ state: 'detached' });
    await menuOf(page, 1, 'Rename');
    await page.keyboard.type('Upper copy');
    await page.keyboard.press('Enter');
    await layers(page).nth(1).getByRole('button', { name: 'Upper copy', exact: true }).waitFor();
    await menuOf(page, 1, 'Lock layer');
    await page.keyboard.press('p');
    await drag(page, [0.4, 0.3], [0.5, 0.3]);
    await page.getByText('“Upper copy” is locked. Unlock it to paint on it.').waitFor();
  });

  test('a layer of a part of the picture grows to what is painted on it, and keeps it when it is opened again', async () => {
    const page = await start('dark');
    await page.keyboard.press('m');
    await drag(page, [0.35, 0.35], [0.5, 0.6]);
    await instruction(page).fill('swap the colours');
    await instruction(page).press('Enter');
    await button(page, 'Keep as layer').click();
    await expect.poll(() => layers(page).count()).toBe(2);
    await page.getByRole('application').focus();
    await page.keyboard.press('Control+d');
    await page.keyboard.press('p');
    const colour = page.getByRole('textbox', { name: 'Colour to paint with, as a number' });
    await colour.fill('#e01010');
    await colour.press('Enter');
    await drag(page, [0.6, 0.25], [0.8, 0.25]);
    await seen(page, 0.62, 0.25, isRed);
    await button(page, /^Undo/).click();
    await seen(page, 0.62, 0.25, isBlue);
    await button(page, /^Redo/).click();
    await seen(page, 0.62, 0.25, isRed);

    const file = await downloaded(page, () => page.keyboard.press('Control+s'));
    await chooseFile(page, () => page.keyboard.press('Control+o'), file);
    await expect.poll(() => layers(page).count()).toBe(2);
    await seen(page, 0.62, 0.25, isRed);
  });
});
