import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { decodeImage } from '../../electron/node/images/decode.ts';
import type { HostedServices } from '../../electron/node/rpc/engine-services.ts';
import { expectAccessible, inBrowser } from '../helpers/browser.ts';
import type { Theme } from '../helpers/browser.ts';
import { createPaintingEngine } from '../helpers/painting-engine.ts';
import { openPicture, studioOn } from '../helpers/studio.ts';
import {
  button,
  chooseFile,
  downloaded,
  drag,
  layers,
  results,
  runFromPalette,
  showPanel,
  tabTo,
} from '../helpers/page.ts';
import { realEngine, samples } from '../helpers/real-engine.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

type Hosted = HostedServices & AsyncDisposable;

/** A model that paints the map's colours swapped, row by row. */
const fakeEngine = (folder: string): Promise<Hosted> =>
  createPaintingEngine({ folder, hasSamples: true, imageSize: 128, stepMs: 20 });

interface Start {
  readonly theme?: Theme;
  readonly picture?: string;
  readonly engine?: (folder: string) => Promise<Hosted>;
  readonly folder?: string;
}

/** A page, and its program, which can be ended before the test is over. */
async function open({ theme = 'dark', engine = fakeEngine, folder = temporaryFolder() }: Start = {}) {
  const { page, stop } = await studioOn(await engine(folder), folder, theme);
  return { page, folder, stop };
}

/** … with the workbench for maps in front. */
async function start({ picture, ...how }: Start = {}): Promise<Page> {
  const { page } = await open(how);
  if (picture !== undefined) await openPicture(page, picture); // keys do nothing to one that is yet to come
  await showWorkbench(page);
  return page;
}

async function showWorkbench(page: Page): Promise<void> {
  await page.keyboard.press('Control+Shift+M');
  await page.getByRole('group', { name: 'Kind of map' }).waitFor();
}

const choose = (page: Page, name: string, file: string) => chooseFile(page, () => press(page, name), file);

const press = (page: Page, name: string | RegExp) => button(page, name).click();

/** Saves the map through the page. @returns its file's pixels */
async function savedMap(page: Page) {
  const file = await downloaded(page, () => press(page, 'Save map…'));
  return (await decodeImage(new Uint8Array(await readFile(file)))).raster;
}

/** The same, without leaving the keyboard. @returns its bytes */
async function savedByKeyboard(page: Page): Promise<Uint8Array> {
  const file = await downloaded(page, () => runFromPalette(page, 'Save the map…'));
  return (await decodeImage(new Uint8Array(await readFile(file)))).raster.data as Uint8Array;
}

/** One class in a colour that is on no palette. */
const classFile = (): Promise<Buffer> =>
  sharp({ create: { width: 128, height: 128, channels: 3, background: '#010203' } })
    .png()
    .toBuffer();

/** Drops files onto the page, as from a folder beside it. */
async function drop(page: Page, files: Readonly<Record<string, Buffer>>): Promise<void> {
  const encoded = Object.entries(files).map(([name, bytes]) => [name, bytes.toString('base64')]);
  await page.evaluate(`(() => {
    const dataTransfer = new DataTransfer();
    for (const [name, text] of ${JSON.stringify(encoded)}) {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      dataTransfer.items.add(new File([bytes], name));
    }
    window.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  })()`);
}

/** Paints from the map on the workbench and waits for what comes. */
async function paintPicture(page: Page, description: string): Promise<void> {
  const before = await results(page).count();
  await page.getByLabel('What the picture shows').fill(description);
  await press(page, 'Paint');
  await expect.poll(() => results(page).count(), { timeout: 120_000 }).toBe(before + 1);
}

inBrowser('the workbench for condition maps', () => {
  test('edges: found, thresholds moved, painted, generated from with the embedded model, measured, kept as a layer', async () => {
    const page = await start({ picture: join(samples, 'meadow.png'), engine: realEngine });
    await expectAccessible(page);
    await press(page, 'Find edges');
    await page.getByText('Ready to paint from.').waitFor();
    const before = await savedMap(page);
    await page.getByRole('slider', { name: 'Upper threshold' }).focus();
    await page.keyboard.press('End');
    await expect.poll(async () => (await savedMap(page)).data.some((v, i) => v !== before.data[i])).toBe(true);
    await press(page, /^Undo/);
    await expect.poll(async () => (await savedMap(page)).data).toEqual(before.data);
    await expect.poll(() => page.getByRole('slider', { name: 'Upper threshold' }).inputValue()).toBe('200');
    await press(page, 'Line');
    await drag(page, [0.45, 0.45], [0.55, 0.55]);
    const drawn = await savedMap(page);
    expect(drawn.channels).toBe(1);
    expect(new Set(drawn.data)).toEqual(new Set([0, 255]));
    expect(drawn.data).not.toEqual(before.data);
    await paintPicture(page, 'a red ball and a yellow house in the field');
    await press(page, 'Compare with the map');
    await page.getByText('Found by: Edges by EditAR’s Canny, 0.1 and 0.2.').waitFor();
    await expectAccessible(page);
    await press(page, 'Keep as layer');
    await expect.poll(() => results(page).count()).toBe(0);
    await showPanel(page, 'Layers');
    await expect.poll(() => layers(page).count()).toBe(2);
    await press(page, /^Undo/);
    await expect.poll(() => layers(page).count()).toBe(1);
    await showPanel(page, 'History');
    await page.getByRole('button', { name: 'More for a red ball and a yellow house in the field' }).click();
    await page.getByRole('menuitem', { name: 'Run exactly again' }).click();
    await expect.poll(() => results(page).count(), { timeout: 120_000 }).toBe(1);
  }, 300_000);

  test('edges are found, changed, drawn on and painted from with the keyboard alone', async () => {
    const page = await start({ picture: join(samples, 'meadow.png') });
    const isPressed = (name: string) => button(page, name).getAttribute('aria-pressed');
    await page.keyboard.press('2');
    await expect.poll(() => isPressed('Depth')).toBe('true');
    await page.keyboard.press('1');
    await page.keyboard.press('Control+Shift+F');
    await page.getByText('Ready to paint from.').waitFor();
    const found = await savedByKeyboard(page);
    await tabTo(page, 'Upper threshold');
    await page.keyboard.press('End');
    await expect.poll(async () => (await savedByKeyboard(page)).some((value, i) => value !== found[i])).toBe(true);

    await page.keyboard.press('t');
    await expect.poll(() => isPressed('Line')).toBe('true');
    const before = await savedByKeyboard(page);
    await tabTo(page, 'The edge map');
    for (const key of ['ArrowUp', 'Enter', 'Shift+ArrowRight', 'Shift+ArrowDown', 'ArrowDown', 'Enter'])
      await page.keyboard.press(key);
    const after = await savedByKeyboard(page);
    const row = (y: number, data: Uint8Array) => data.subarray(y * 128, (y + 1) * 128);
    expect(row(64, after)[64]).toBe(255);
    expect(row(75, after)[74]).toBe(255);
    await tabTo(page, 'The edge map');
    await page.keyboard.press('Control+z');
    await expect.poll(() => savedByKeyboard(page)).toEqual(before);
    await page.keyboard.press('Control+Shift+z');

    await tabTo(page, 'What the picture shows');
    await page.keyboard.type('a meadow');
    await page.keyboard.press('Enter');
    await expect.poll(() => results(page).count()).toBe(1);
  });

  test('a class gets a name of the person’s own, which goes into the file of classes and back by undo', async () => {
    const page = await start();
    await press(page, 'Classes');
    await runFromPalette(page, 'Open an example of a map');
    await tabTo(page, 'Paint with rendered tree');
    await page.keyboard.press('F2');
    await page.keyboard.type('oak');
    await page.keyboard.press('Enter');
    await button(page, 'Paint with oak').waitFor();
    await expect.poll(() => page.evaluate('document.activeElement.ariaLabel')).toBe('Paint with oak');
    await expectAccessible(page);
    const legend = await readFile(await downloaded(page, () => press(page, 'Save classes…')), 'utf8');
    expect(legend).toContain('"oak"');
    await button(page, 'Paint with oak').dblclick();
    await page.getByLabel('Name of oak; empty: that of the palette').fill('');
    await page.keyboard.press('Enter');
    await button(page, 'Paint with rendered tree').waitFor();
    await page.keyboard.press('Control+z');
    await button(page, 'Paint with oak').waitFor();
    await button(page, 'Rename oak').click();
    await page.keyboard.press('Escape');
    await button(page, 'Paint with oak').waitFor();
  });

  test('networks that come with the program find depth and classes of a scene', async () => {
    const page = await start({ picture: join(samples, 'meadow.png'), engine: realEngine });
    await press(page, 'Depth');
    await page.getByText(/It knows only rendered scenes/).waitFor();
    await press(page, 'Find with Scene depth');
    await page.getByText('Ready to paint from.').waitFor();
    const depth = await savedMap(page);
    expect([depth.data[0], depth.data.at(-1)! > 200]).toEqual([0, true]); // the sky is far, the ground near
    await expectAccessible(page);
    await press(page, 'Classes');
    await press(page, 'Find with Scene segmentation');
    await page.getByRole('button', { name: 'Paint with rendered house' }).waitFor();
    await page.getByText('Ready to paint from.').waitFor();
  });

  test('depth: a gradient, shaded, seen as a relief, generated from; rows stream over the map', async () => {
    const page = await start({ picture: join(samples, 'meadow.png') });
    await press(page, 'Depth');
    await page.getByText(/No installed network makes depth maps/).waitFor();
    await press(page, 'Begin with a gradient');
    const before = await savedMap(page);
    await drag(page, [0.45, 0.5], [0.55, 0.5]);
    const after = await savedMap(page);
    expect(after.data.some((value, i) => value > before.data[i]!)).toBe(true);
    expect(after.data.every((value, i) => value >= before.data[i]!)).toBe(true);
    await page.getByLabel('Colours').selectOption('relief');
    await expectAccessible(page);
    await paintPicture(page, 'a blue mushroom in the snow');
    await page.getByText('Not measured: no installed network makes depth maps.').waitFor();
    await page.getByLabel('View').selectOption('over');
    await page.getByRole('switch', { name: 'Show over the picture while editing' }).click();
    await showPanel(page, 'Layers');
  });

  test('classes: an empty map begins a document, painted by name, generated from, and the picture is its layer', async () => {
    const page = await start();
    await press(page, 'Classes');
    await press(page, 'Empty map');
    await page.getByText('There is nothing in it to paint from.').waitFor();
    expect(await page.getByRole('button', { name: 'Paint', exact: true }).isDisabled()).toBe(true);
    await page.getByLabel('Search classes').fill('snow');
    await press(page, 'Paint with snow');
    await press(page, 'Fill');
    await drag(page, [0.5, 0.5]);
    await page.getByLabel('Search classes').fill('house');
    await press(page, 'Paint with house');
    await press(page, 'Paint the class');
    await drag(page, [0.45, 0.45], [0.55, 0.5]);
    await page.getByLabel('Search classes').fill('');
    await page.getByText('Ready to paint from.').waitFor();
    const { data, channels } = await savedMap(page);
    expect(channels).toBe(3);
    const colours = new Set(Array.from({ length: data.length / 3 }, (_, i) => data.subarray(i * 3, i * 3 + 3).join()));
    expect(colours).toEqual(new Set(['255,255,255', '70,70,70']));
    await expectAccessible(page);
    await paintPicture(page, 'a house in the snow');
    await press(page, 'Keep as layer');
    await showPanel(page, 'Layers');
    await expect.poll(() => layers(page).count()).toBe(1);
    await page.getByRole('img', { name: 'The picture Map' }).waitFor();
  });

  test('a map with blended colours is opened, told of, and snapped; one of another size is fitted to the picture', async () => {
    const page = await start({ picture: join(samples, 'meadow.png') });
    await press(page, 'Classes');
    await choose(page, 'Open map…', join(samples, 'classes.seg.png'));
    await page.getByText('From the file classes.seg.png').waitFor();
    const wide = join(temporaryFolder(), 'wide.seg.png');
    await sharp(join(samples, 'classes.seg.png')).resize(300, 128, { kernel: 'nearest' }).toFile(wide);
    await choose(page, 'Open map…', wide);
    await page.getByText('The map has another shape than this document: it was stretched.').waitFor();
    expect(await savedMap(page)).toMatchObject({ width: 128, height: 128 });
    await choose(page, 'Open map…', join(samples, 'meadow.png')); // a photograph: hardly a pixel on the palette
    await page.getByText(/of the pixels are in no colour of the palette/).waitFor();
    await page.getByLabel('Colours').selectOption('heat');
    await press(page, 'Snap to the palette');
    await page.getByText('Ready to paint from.').waitFor();
  });

  test('a map survives a crash: the next start brings it back as it was', async () => {
    const { page, folder, stop } = await open();
    await choose(page, 'Open a picture…', join(samples, 'meadow.png'));
    await showWorkbench(page);
    await press(page, 'Find edges');
    await press(page, 'Line');
    await drag(page, [0.45, 0.45], [0.55, 0.55]);
    const drawn = await savedMap(page);
    await stop();
    const { page: next } = await open({ folder });
    await press(next, 'Restore');
    await showWorkbench(next);
    await next.getByText('Ready to paint from.').waitFor();
    expect((await savedMap(next)).data).toEqual(drawn.data);
    await press(next, 'Classes');
    await next.getByText('No map yet').waitFor();
  });

  test('a map is saved with the project and comes back with it; names of classes come with a dropped map', async () => {
    const { page } = await open();
    await choose(page, 'Open a picture…', join(samples, 'meadow.png'));
    await showWorkbench(page);
    const legend = { classes: [{ name: 'my garage', index: 91, colour: '#010203' }] };
    await drop(page, { 'meadow.seg.png': await classFile(), 'meadow.seg.json': Buffer.from(JSON.stringify(legend)) });
    await page.getByText('From the file meadow.seg.png.').waitFor();
    await page.getByRole('button', { name: 'Paint with my garage' }).waitFor();
    const dropped = await savedMap(page);
    expect([...dropped.data.subarray(0, 3)]).toEqual([0x46, 0x46, 0x46]); // the palette's colour of a house
    const project = await downloaded(page, () => page.keyboard.press('Control+s'));
    const { page: next } = await open();
    await choose(next, 'Open a picture…', project);
    await showWorkbench(next);
    await press(next, 'Classes');
    await next.getByRole('button', { name: 'Paint with my garage' }).waitFor();
    expect((await savedMap(next)).data).toEqual(dropped.data);
  });

  test.each(['Edges', 'Depth', 'Segmentation'])('one click on a sample paints a picture from it: %s', async (title) => {
    const { page } = await open({ engine: title === 'Edges' ? realEngine : fakeEngine });
    const gallery = page.getByRole('group', { name: 'Or paint a picture from a map' });
    await expectAccessible(page);
    await gallery.scrollIntoViewIfNeeded();
    await gallery.getByRole('button', { name: new RegExp(`\\(${title}\\)$`) }).click();
    await expect.poll(() => results(page).count(), { timeout: 120_000 }).toBe(1);
    await page.getByText(`From the file ${title.toLowerCase()}.png`).waitFor();
  });
});

inBrowser('how the workbench looks', () => {
  const looks = [
    { name: 'dark', theme: 'dark', width: 1280, contrast: 'no-preference' },
    { name: 'light', theme: 'light', width: 1920, contrast: 'no-preference' },
    { name: 'contrast', theme: 'light', width: 1280, contrast: 'more' },
  ] as const;

  test.each(looks)('each kind of map, accessible: $name', async ({ theme, width, contrast }) => {
    const page = await start({ theme, picture: join(samples, 'meadow.png') });
    await page.emulateMedia({ contrast, colorScheme: theme });
    await page.setViewportSize({ width, height: width === 1280 ? 800 : 1080 });
    await press(page, 'Find edges');
    await page.getByText('Ready to paint from.').waitFor();
    await expectAccessible(page);
    await press(page, 'Depth');
    await press(page, 'Begin with a gradient');
    await page.getByText('Ready to paint from.').waitFor();
    await page.getByLabel('View').selectOption('beside');
    await expectAccessible(page);
    await press(page, 'Classes');
    await press(page, 'Open an example');
    await page.getByText('From the file segmentation.png').waitFor();
    await expectAccessible(page);
  });
});
