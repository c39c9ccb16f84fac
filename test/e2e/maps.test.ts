import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { decodeImage } from '../../electron/node/images/decode.ts';
import { hostServices } from '../../electron/node/rpc/host-services.ts';
import { createServices } from '../../electron/node/services.ts';
import { startBrowserHost } from '../../electron/server/browser-host.ts';
import { builtPage, expectAccessible, launchBrowser, noBrowser, openPage, screenshot } from '../helpers/browser.ts';
import type { Theme } from '../helpers/browser.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const programFolder = fileURLToPath(new URL('../..', import.meta.url));
const samples = join(programFolder, 'native-models/packs/mini/samples');
let browser: Browser;

beforeAll(async () => {
  if (!noBrowser) browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});

/** The page with the embedded model, the workbench for maps in front. */
async function start(theme: Theme = 'dark', picture?: string): Promise<Page> {
  const folder = temporaryFolder();
  const services = await createServices({ programFolder, dataFolder: folder });
  const host = await startBrowserHost({ ...hostServices(services), pageFolder: builtPage });
  onTestFinished(async () => {
    await host[Symbol.asyncDispose]();
    await services[Symbol.asyncDispose]();
  });
  const page = await openPage(browser, host.address, theme);
  if (picture !== undefined) await choose(page, 'Open a picture…', picture);
  await page.keyboard.press('Control+Shift+M');
  await page.getByRole('group', { name: 'Kind of map' }).waitFor();
  return page;
}

async function choose(page: Page, button: string, file: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: button }).click();
  await (await chooser).setFiles(file);
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

/** Draws on the map from one place to another, each a share of the canvas. */
async function drag(page: Page, ...points: readonly (readonly [number, number])[]): Promise<void> {
  const box = (await page.getByRole('application').boundingBox())!;
  const [first, ...others] = points.map(([x, y]) => [box.x + box.width * x, box.y + box.height * y] as const);
  await page.mouse.move(...first!);
  await page.mouse.down();
  for (const point of others) await page.mouse.move(...point, { steps: 4 });
  await page.mouse.up();
}

/** Saves the map through the page. @returns its file's pixels */
async function savedMap(page: Page) {
  const download = page.waitForEvent('download');
  await press(page, 'Save map…');
  const file = await (await download).path();
  return (await decodeImage(new Uint8Array(await readFile(file)))).raster;
}

async function paintPicture(page: Page, description: string): Promise<void> {
  await page.getByLabel('What the picture shows').fill(description);
  await press(page, 'Paint');
  await page.getByRole('button', { name: /^Picture 1, seed/ }).waitFor({ timeout: 120_000 });
}

describe.skipIf(noBrowser)('the workbench for condition maps', () => {
  test.each<Theme>(['dark', 'light'])(
    'edges: found, thresholds moved, painted, generated from, measured: %s',
    async (theme) => {
      const page = await start(theme, join(samples, 'meadow.png'));
      await expectAccessible(page);
      await press(page, 'Find edges');
      await page.getByText('Ready to paint from.').waitFor();
      const before = await savedMap(page);
      await page.getByRole('slider', { name: 'Upper threshold' }).focus();
      await page.keyboard.press('End');
      await expect.poll(async () => (await savedMap(page)).data.some((v, i) => v !== before.data[i])).toBe(true);
      await press(page, 'Undo in the map');
      expect((await savedMap(page)).data).toEqual(before.data);
      await press(page, 'Line');
      await drag(page, [0.45, 0.45], [0.55, 0.55]);
      const drawn = await savedMap(page);
      expect(drawn.channels).toBe(1);
      expect(new Set(drawn.data)).toEqual(new Set([0, 255]));
      expect(drawn.data).not.toEqual(before.data);
      await screenshot(page, `maps-canny-${theme}`);
      await paintPicture(page, 'a red ball in the meadow');
      await press(page, 'Compare with the map');
      await page.getByText(/Edges found again: \d/).waitFor();
      await expectAccessible(page);
      await screenshot(page, `maps-canny-painted-${theme}`);
    },
  );

  test.each<Theme>(['dark', 'light'])(
    'depth: a gradient, shaded, seen as a relief, generated from: %s',
    async (theme) => {
      const page = await start(theme, join(samples, 'meadow.png'));
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
      await screenshot(page, `maps-depth-${theme}`);
      await paintPicture(page, 'a blue mushroom in the snow');
      await page.getByText('Not measured: no installed network makes depth maps.').waitFor();
    },
  );

  test.each<Theme>(['dark', 'light'])('classes: an empty map, painted by name, generated from: %s', async (theme) => {
    const page = await start(theme);
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
    await screenshot(page, `maps-classes-${theme}`);
    await paintPicture(page, 'a house in the snow');
  });

  test('a map with blended colours is opened, told of, and snapped', async () => {
    const page = await start();
    await press(page, 'Classes');
    await choose(page, 'Open map…', join(samples, 'classes.seg.png'));
    await page.getByText('From a file').waitFor();
    await choose(page, 'Open map…', join(samples, 'meadow.png')); // a photograph: hardly a pixel on the palette
    await page.getByText(/of the pixels are in no colour of the palette/).waitFor();
    await page.getByLabel('Colours').selectOption('heat');
    await screenshot(page, 'maps-off-palette-dark');
    await press(page, 'Snap to the palette');
    await page.getByText('Ready to paint from.').waitFor();
  });
});
