import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { startBrowserHost } from '../../electron/server/browser-host.ts';
import { builtPage, expectAccessible, inBrowser, openPage } from '../helpers/browser.ts';
import { createPaintingEngine } from '../helpers/painting-engine.ts';
import { openPicture } from '../helpers/studio.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

type Colour = readonly [red: number, green: number, blue: number];

/** A picture of one colour with a block of another from a quarter to a half of each side. */
async function blocks(
  folder: string,
  { width, height, profile }: { width: number; height: number; profile?: 'p3' },
  ground: Colour,
  block: Colour,
): Promise<string> {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const isBlock = x >= width / 4 && x < width / 2 && y >= height / 4 && y < height / 2;
    data.set(isBlock ? block : ground, i * 3);
  }
  const file = join(folder, 'blocks.png');
  const picture = sharp(data, { raw: { width, height, channels: 3 } });
  await (profile ? picture.withIccProfile(profile) : picture).png().toFile(file); // the numbers are converted
  return file;
}

interface Started {
  readonly page: Page;
  readonly canvas: Locator;
  /** Where a pixel of the picture is on the page, at 100 % and in the middle. */
  at(x: number, y: number): Promise<{ x: number; y: number }>;
}

/** The picture at 100 %; what is larger than the window is shown whole. */
async function open(width = 400, height = 300, profile?: 'p3'): Promise<Started> {
  const folder = temporaryFolder();
  const engine = await createPaintingEngine({ folder });
  const host = await startBrowserHost({ ...engine, pageFolder: builtPage });
  onTestFinished(async () => {
    await host[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
  });
  const page = await openPage(host.address);
  const file = await blocks(folder, { width, height, profile }, [40, 90, 200], [220, 160, 60]);
  await openPicture(page, file);
  const canvas = page.getByRole('application', { name: 'Canvas' });
  await canvas.waitFor();
  await page.keyboard.press('Control+1');
  const at = async (x: number, y: number) => {
    const box = (await canvas.boundingBox())!;
    const zoom = Math.min(1, (box.width - 48) / width, (box.height - 48) / height);
    const left = box.x + (box.width - width * zoom) / 2;
    const top = box.y + (box.height - height * zoom) / 2;
    return { x: left + x * zoom, y: top + y * zoom };
  };
  return { page, canvas, at };
}

async function drag(page: Page, from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2);
  await page.mouse.move(to.x, to.y);
  await page.mouse.up();
}

const selection = (page: Page) => page.getByText(/^Selection/);
const noSelection = async (page: Page): Promise<void> => expect.poll(() => selection(page).count()).toBe(0);

/** What is seen at a point of the page. */
async function colourAt(page: Page, { x, y }: { x: number; y: number }): Promise<number[]> {
  const shot = await page.screenshot({ clip: { x: Math.floor(x), y: Math.floor(y), width: 1, height: 1 } });
  return [...(await sharp(shot).removeAlpha().raw().toBuffer())];
}

inBrowser('the canvas in a browser', () => {
  test('the wheel zooms around the pointer, and what is under it stays there', async () => {
    const { page, at } = await open();
    await page.getByText('Zoom 100 %').waitFor();
    const point = await at(150.5, 120.5);
    await page.mouse.move(point.x, point.y);
    await page.getByText('150, 120', { exact: true }).waitFor();
    for (let turn = 0; turn < 4; turn++) await page.mouse.wheel(0, -120);
    await page.getByText('Zoom 261 %').waitFor();
    await page.mouse.move(point.x + 1, point.y);
    await page.mouse.move(point.x, point.y);
    await page.getByText('150, 120', { exact: true }).waitFor();
    await page.keyboard.press('Control+1');
    await page.getByText('Zoom 100 %').waitFor();
  });

  test('a small picture is shown as large as there is room, in pixels of one size', async () => {
    const { page } = await open(40, 30);
    await page.getByText('Zoom 100 %').waitFor();
    await page.keyboard.press('Control+0');
    await page.getByText(/^Zoom 1\d00 %$/).waitFor();
  });

  test('pixels are squares of their own colour when they are looked at closely', async () => {
    const { page, at } = await open();
    const origin = await at(0, 0);
    const pointer = { x: Math.round(origin.x) + 100, y: Math.round(origin.y) + 100 };
    await page.mouse.move(pointer.x, pointer.y);
    for (let turn = 0; turn < 12; turn++) await page.mouse.wheel(0, -120);
    await page.getByText('Zoom 1781 %').waitFor();
    const edge = pointer.x + (origin.x + 100 - pointer.x) * Math.exp((12 * 120) / 500); // the block begins here
    await expect.poll(() => colourAt(page, { x: edge + 3, y: pointer.y + 5 })).toEqual([220, 160, 60]);
    expect(await colourAt(page, { x: edge - 4, y: pointer.y + 5 })).toEqual([40, 90, 200]);
  });

  test('space and drag, and the middle button, move the picture with every tool', async () => {
    const { page, at } = await open();
    await page.keyboard.press('m');
    const [from, to] = [await at(200, 150), await at(250, 170)];
    await page.mouse.move(from.x, from.y);
    await page.keyboard.down('Space');
    await drag(page, from, to);
    await page.keyboard.up('Space');
    await page.mouse.move(to.x - 1, to.y);
    await page.mouse.move(to.x + 0.5, to.y + 0.5);
    await page.getByText('200, 150', { exact: true }).waitFor();
    await noSelection(page);
    await page.mouse.down({ button: 'middle' });
    await page.mouse.move(from.x + 0.5, from.y + 0.5);
    await page.mouse.up({ button: 'middle' });
    await page.getByText('200, 150', { exact: true }).waitFor();
  });

  test('a rectangle selects; Shift adds, Alt takes away, arrows nudge, Escape gives up', async () => {
    const { page, at } = await open();
    await page.keyboard.press('m');
    await drag(page, await at(20, 30), await at(120, 90));
    await page.getByText('Selection 100 × 60').waitFor();
    await page.keyboard.down('Shift');
    await drag(page, await at(110, 80), await at(220, 150));
    await page.keyboard.up('Shift');
    await page.getByText('Selection 200 × 120').waitFor();
    await page.keyboard.down('Alt');
    await drag(page, await at(10, 10), await at(100, 200));
    await page.keyboard.up('Alt');
    await page.getByText('Selection 120 × 120').waitFor();

    const from = await at(300, 20);
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(from.x + 40, from.y + 40);
    await page.keyboard.press('Escape');
    await page.mouse.up();
    await page.getByText('Selection 120 × 120').waitFor();

    await page.keyboard.press('Control+a');
    await page.getByText('Selection 400 × 300').waitFor();
    await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('ArrowUp');
    await page.getByText('Selection 390 × 299').waitFor();
    await page.keyboard.press('Escape');
    await noSelection(page);
  });

  test('colours, lines and brushes select too', async () => {
    const { page, at } = await open();
    await page.keyboard.press('w');
    const block = await at(150, 110);
    await page.mouse.click(block.x, block.y);
    await page.getByText('Selection 100 × 75').waitFor();
    await page.getByRole('button', { name: 'Grow' }).click();
    await page.getByText('Selection 116 × 91').waitFor();
    await page.getByRole('button', { name: 'Invert' }).click();
    await page.getByText('Selection 400 × 300').waitFor();
    await page.getByRole('button', { name: 'Deselect' }).click();

    await page.keyboard.press('l');
    await page.getByText('Corner by corner').click();
    for (const [x, y] of [
      [50, 50],
      [150, 50],
      [150, 130],
    ]) {
      const corner = await at(x, y);
      await page.mouse.click(corner.x, corner.y);
    }
    await page.keyboard.press('Enter');
    await page.getByText(/^Selection 100 × 8[01]$/).waitFor();
    await page.keyboard.press('Control+d');

    await page.keyboard.press('b');
    await drag(page, await at(200, 150), await at(260, 150));
    await page.getByText(/^Selection 14[01] × 8[01]$/).waitFor();
    await expectAccessible(page);
  });

  test('cropping cuts the picture to the frame, and can be undone', async () => {
    const { page, at } = await open();
    await page.keyboard.press('c');
    await drag(page, await at(100, 75), await at(200, 150));
    await page.keyboard.press('Enter');
    await page.getByText(/^10[01] × 7[56]$/).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('400 × 300', { exact: true }).waitFor();
  });

  test('a picture in Display P3 is seen in its colours, and colours are picked and painted as they look', async () => {
    const { page, at } = await open(400, 300, 'p3');
    const [ground, block] = [await at(300, 250), await at(150, 100)];
    const isNear = (wanted: Colour) => (seen: number[]) => seen.every((value, i) => Math.abs(value - wanted[i]!) <= 2);
    await expect.poll(() => colourAt(page, ground).then(isNear([40, 90, 200]))).toBe(true);
    await expect.poll(() => colourAt(page, block).then(isNear([220, 160, 60]))).toBe(true);
    await page.keyboard.press('i');
    await page.mouse.click(block.x, block.y);
    await page.getByText(/^Colour #d[b-d]a/).waitFor();
    await page.keyboard.press('p');
    const middle = await at(300, 150);
    await drag(page, middle, await at(310, 150));
    await expect.poll(() => colourAt(page, middle).then(isNear([220, 160, 60]))).toBe(true);
  });

  test('after an edit both pictures are seen beside each other', async () => {
    const { page, at } = await open();
    await page.getByLabel('What to change').fill('swap');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('button', { name: 'Undo' }).waitFor();
    await page.getByRole('button', { name: 'Compare before and after' }).click();
    const [left, right] = [await at(40, 250), await at(360, 250)];
    const isBlue = ([red = 0, , blue = 0]: number[]): boolean => blue > red + 60;
    await expect.poll(() => colourAt(page, left).then(isBlue)).toBe(true);
    await expect.poll(() => colourAt(page, right).then(isBlue)).toBe(false);
    await drag(page, await at(200, 150), await at(390, 150));
    await expect.poll(() => colourAt(page, right).then(isBlue)).toBe(true);
  });

  test.each([
    ['a single pixel', 1, 1],
    ['a panorama', 30_000, 200],
  ])('%s is shown', async (_, width, height) => {
    const { page, at } = await open(width, height);
    const middle = await at(width * 0.75, height * 0.75);
    await expect.poll(() => colourAt(page, middle).then(([red]) => red)).toBeLessThan(230);
    await page.keyboard.press('Control+1');
    await page.getByText('Zoom 100 %').waitFor();
  });
});
