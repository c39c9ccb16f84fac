import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { expectAccessible, inBrowser } from '../helpers/browser.ts';
import type { Theme } from '../helpers/browser.ts';
import { button, drag, instruction, layers, showPanel } from '../helpers/page.ts';
import { colourAt, isBlue, openPicture, startStudio } from '../helpers/studio.ts';

const isRed = ([red = 0, green = 0, blue = 0]: number[]): boolean => red > 180 && green < 60 && blue < 60;
const isWhite = (colour: number[]): boolean => colour.every((value) => value > 245);
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

/** Run in the page: the size of the picture in the clipboard. */
const pictureInClipboard = `navigator.clipboard.read().then(async ([item]) => {
  if (!item?.types.includes('image/png')) return '';
  const { width, height } = await createImageBitmap(await item.getType('image/png'));
  return width + ' × ' + height;
})`;

/** Lets the page use the clipboard, which the pages of other tests may have used. */
async function emptyClipboard(page: Page): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate(`navigator.clipboard.writeText('words')`);
}

/** Run in the page: what another program does when a picture is copied there. */
const putPicture = (colour: string, width: number, height: number): string => `(async () => {
  const canvas = new OffscreenCanvas(${width}, ${height});
  const context = canvas.getContext('2d');
  context.fillStyle = '${colour}';
  context.fillRect(0, 0, ${width}, ${height});
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': canvas.convertToBlob() })]);
})()`;

/** Run in the page: a file as a drag brings it. */
const fileTransfer = (bytes: Buffer, name: string): string => `(() => {
  const transfer = new DataTransfer();
  const bytes = Uint8Array.from(atob('${bytes.toString('base64')}'), (letter) => letter.charCodeAt(0));
  transfer.items.add(new File([bytes], '${name}'));
  return transfer;
})()`;

/** A JPEG of 300 × 200 whose right half is red, and whose EXIF says that it is to be turned by 270°: red is above. */
async function turnedPicture(): Promise<Buffer> {
  const red = { create: { width: 150, height: 200, channels: 3, background: '#e01010' } } as const;
  const overlay = { input: await sharp(red).png().toBuffer(), left: 150, top: 0 };
  const blue = { create: { width: 300, height: 200, channels: 3, background: '#2040e0' } } as const;
  return await sharp(blue).composite([overlay]).withMetadata({ orientation: 8 }).jpeg().toBuffer();
}

const nameOf = (page: Page, row: number) => layers(page).nth(row).locator('button[data-row]');
const selectedRows = (page: Page) =>
  expect.poll(() => layers(page).evaluateAll((rows) => rows.map((row) => row.ariaCurrent === 'true').join(' ')));

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
    await button(page, /^Undo/).click();
    await seen(page, 0.45, 0.35, isRed);
    await button(page, /^Undo/).click();
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

  test('what is selected is copied and pasted where it was, cut, cleared and undone', async () => {
    const page = await startPainted();
    await emptyClipboard(page);
    await page.getByRole('application').focus();
    await page.keyboard.press('m');
    await drag(page, [0.42, 0.1], [0.47, 0.3]);
    await page.keyboard.press('Control+c');
    await expect.poll(() => page.evaluate(pictureInClipboard)).toMatch(/^\d+ × \d+$/);
    await page.keyboard.press('Control+v');
    await expect.poll(() => layers(page).count()).toBe(3);
    await expect.poll(() => nameOf(page, 0).innerText()).toBe('Pasted');
    await button(page, 'Hide Layer 2').click();
    await seen(page, 0.45, 0.2, isRed);
    await seen(page, 0.485, 0.2, isBlue); // of the stroke only what was selected
    await button(page, /^Undo/).click();
    await button(page, /^Undo/).click();
    await expect.poll(() => layers(page).count()).toBe(2);

    await page.getByRole('application').focus();
    await page.keyboard.press('Control+x');
    await seen(page, 0.45, 0.2, isBlue);
    await seen(page, 0.485, 0.2, isRed);
    await page.keyboard.press('Control+z');
    await seen(page, 0.45, 0.2, isRed);
    await page.keyboard.press('Delete');
    await seen(page, 0.45, 0.2, isBlue);
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+j');
    await expect.poll(() => layers(page).count()).toBe(3);
    await expect.poll(() => nameOf(page, 0).innerText()).toBe('Layer 2 copy');
  });

  test('text fields keep the clipboard to themselves', async () => {
    const page = await startPainted();
    await emptyClipboard(page);
    await page.getByRole('application').focus();
    await page.keyboard.press('Control+c');
    await expect.poll(() => page.evaluate(pictureInClipboard)).toMatch(/ × /);
    await instruction(page).fill('a red boat');
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+c');
    await page.keyboard.press('End');
    await page.keyboard.press('Control+v');
    expect(await instruction(page).inputValue()).toBe('a red boata red boat');
    await page.getByRole('application').focus();
    await page.keyboard.press('Control+v');
    await page.getByText('There is no picture in the clipboard.').waitFor();
    expect(await layers(page).count()).toBe(2);
  });

  test('a picture of another program is pasted as a layer, or opened where none is open', async () => {
    const { page } = await startStudio();
    await emptyClipboard(page);
    await page.getByText('Open a picture…').waitFor();
    await page.evaluate(putPicture('#e01010', 300, 200));
    await page.keyboard.press('Control+v');
    await page.getByRole('img', { name: /The picture/ }).waitFor();
    await showPanel(page, 'Layers');
    await page.evaluate(putPicture('#2040e0', 60, 40));
    await page.keyboard.press('Control+v');
    await expect.poll(() => layers(page).count()).toBe(2);
    await seen(page, 0.5, 0.5, isBlue);
    await seen(page, 0.4, 0.5, isRed);
  });

  test('files that are dragged over the picture are added as layers, turned as they say', async () => {
    const page = await startPainted();
    const file = await turnedPicture();
    const transfer = await page.evaluateHandle(fileTransfer(file, 'sticker.jpg'));
    await page.getByRole('application').dispatchEvent('dragover', { dataTransfer: transfer });
    const place = page.getByText('Add as a layer');
    await place.waitFor();
    await expectAccessible(page);
    await place.dispatchEvent('drop', { dataTransfer: transfer });
    await expect.poll(() => nameOf(page, 0).innerText()).toBe('sticker');
    await seen(page, 0.5, 0.45, isRed); // its right side is its upper one here
    await seen(page, 0.5, 0.55, isBlue);
    await place.waitFor({ state: 'detached' });
  });

  test('all steps are listed, and a press on one goes there', async () => {
    const page = await startPainted();
    await button(page, 'All steps').click();
    const steps = page.getByRole('menu', { name: 'All steps' }).getByRole('menuitem');
    expect(await steps.allInnerTexts()).toEqual(['Brush stroke', 'New layer', 'As it was opened']);
    await expectAccessible(page);
    await steps.last().click();
    await expect.poll(() => layers(page).count()).toBe(1);
    await button(page, 'All steps').click();
    await steps.first().click();
    await seen(page, 0.45, 0.2, isRed);
  });

  test('small pictures with a key held: what a layer shows is selected, its mask is looked at and switched off', async () => {
    const page = await startPainted();
    const pixels = button(page, 'Work on Layer 2');
    await pixels.click({ modifiers: ['Control'] });
    await page.getByText(/^Selection \d+ × \d+$/).waitFor();
    await button(page, 'Add mask').click();
    const mask = button(page, 'Work on the mask of Layer 2');
    await mask.click({ modifiers: ['Alt'] });

    await seen(page, 0.45, 0.2, isWhite);
    await mask.click({ modifiers: ['Alt'] });
    await seen(page, 0.45, 0.2, isRed);
    await mask.click({ modifiers: ['Shift'] });
    await expect.poll(() => mask.getAttribute('title')).toBe('The mask is switched off');
  });

  test('all that is seen becomes a layer on top', async () => {
    const page = await startPainted();
    await page.getByRole('application').focus();
    await page.keyboard.press('Control+Alt+Shift+E');
    await expect.poll(() => nameOf(page, 0).innerText()).toBe('All that is seen');
    await button(page, 'Hide All that is seen').click({ modifiers: ['Alt'] });
    await seen(page, 0.45, 0.2, isRed);
    await seen(page, 0.45, 0.3, isBlue);
  });

  test('what is selected is filled with the colour; two colours are swapped and reset', async () => {
    const page = await startPainted();
    const canvas = page.getByRole('application');
    await canvas.focus();
    await page.keyboard.press('m');
    await drag(page, [0.6, 0.15], [0.7, 0.3]);
    await page.keyboard.press('Alt+Backspace');
    await seen(page, 0.65, 0.22, isRed);
    await seen(page, 0.55, 0.22, (colour) => !isRed(colour));
    await page.keyboard.press('x');
    await page.keyboard.press('Control+d');
    await page.keyboard.press('Alt+Backspace');
    await seen(page, 0.3, 0.6, isWhite);
    await page.keyboard.press('Control+z');
    await seen(page, 0.65, 0.22, isRed);
    await seen(page, 0.3, 0.6, (colour) => !isWhite(colour));
    await page.keyboard.press('p');
    await expect
      .poll(() => page.getByRole('textbox', { name: 'Colour to paint with, as a number' }).inputValue())
      .toBe('#ffffff');
    await page.keyboard.press('d');
    await page.getByRole('img', { name: 'Other colour: #ffffff' }).waitFor();
    await instruction(page).fill('a dox');
    await instruction(page).press('Alt+Backspace'); // takes a word away there, and fills nothing
    await page.getByRole('img', { name: 'Other colour: #ffffff' }).waitFor();
    await seen(page, 0.3, 0.6, (colour) => !isWhite(colour));
  });

  test.each<Theme>(['dark', 'light'])('only the picture is seen, and everything comes back: %s', async (theme) => {
    const page = await startPainted(theme);
    const canvas = page.getByRole('application');
    const isAlone = () => expect.poll(() => page.getByRole('toolbar', { name: 'Tools' }).count());
    await canvas.focus();
    await page.keyboard.press('f');
    await isAlone().toBe(0);
    await expectAccessible(page);
    expect(await page.evaluate('document.activeElement.ariaLabel')).toBe('Canvas');
    await page.keyboard.press('Escape');
    await isAlone().toBe(1);
    await page.keyboard.press('f');
    await isAlone().toBe(0);
    await button(page, 'Only the picture').click();
    await isAlone().toBe(1);
    await page.getByRole('tab', { name: 'Layers' }).waitFor();
  });

  test('the move tool chooses the layer that is pressed with Ctrl, and snaps it to the edge of the picture', async () => {
    const page = await startPainted();
    await page.getByRole('application').focus();
    await page.keyboard.press('m');
    await drag(page, [0.4, 0.35], [0.5, 0.45]);
    await nameOf(page, 1).click();
    await page.keyboard.press('Control+j');
    await expect.poll(() => layers(page).count()).toBe(3);
    await page.getByRole('application').focus();
    await page.keyboard.press('v');
    await nameOf(page, 2).click();
    await selectedRows(page).toBe('false false true');
    const box = (await page.getByRole('application').boundingBox())!;
    await page.keyboard.down('Control');
    await page.mouse.click(box.x + box.width * 0.45, box.y + box.height * 0.4);
    await page.keyboard.up('Control');
    await selectedRows(page).toBe('false true false');
    await page.keyboard.press('Control+d');
    const left = page.getByLabel('Left', { exact: true });
    await left.fill('4');
    await left.press('Enter');
    await page.mouse.move(box.x + box.width * 0.45, box.y + box.height * 0.4);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.45 + 2, box.y + box.height * 0.4, { steps: 2 });
    await page.mouse.up();
    await expect.poll(() => left.inputValue()).toMatch(/^0\b/);
  });

  test('a selection is saved, and selected again from the menu and the list', async () => {
    const page = await startPainted();
    const canvas = page.getByRole('application');
    const size = page.getByText(/^Selection \d+ × \d+$/);
    await canvas.focus();
    await page.keyboard.press('m');
    await drag(page, [0.6, 0.15], [0.7, 0.3]);
    const words = await size.innerText();
    await button(page, 'Saved selections').click();
    await page.getByRole('menuitem', { name: 'Save selection' }).click();
    await page.getByText('Saved as “Selection 1”', { exact: false }).waitFor();
    await page.keyboard.press('Control+d');
    await size.waitFor({ state: 'detached' });
    await button(page, 'Saved selections').click();
    await page.getByRole('menuitem', { name: 'Selection 1' }).click();
    await expect.poll(() => size.innerText()).toBe(words);
    await button(page, 'Saved selections').click();
    await page.getByRole('menuitem', { name: 'All saved selections…' }).click();
    await expectAccessible(page);
    await page.getByRole('dialog').getByRole('button', { name: 'Selection 1', exact: true }).press('F2');
    await page.keyboard.type('Sky');
    await page.keyboard.press('Enter');
    await button(page, 'Take “Sky” from the selection').click();
    await size.waitFor({ state: 'detached' });
  });
});
