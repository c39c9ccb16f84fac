import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { inBrowser } from '../helpers/browser.ts';
import { button, downloaded, inDialog, instruction, layers, results, runFromPalette } from '../helpers/page.ts';
import { createPaintingEngine } from '../helpers/painting-engine.ts';
import { openPicture, studioOn } from '../helpers/studio.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

// Ten edits of one photo, each of a region of another shape: no pixel outside of all of them may differ from the photo by a single level.

const size = { width: 480, height: 320 };
type Place = readonly [x: number, y: number]; // image space
type Box = readonly [left: number, top: number, right: number, bottom: number];
type Policy = 'whole' | 'square' | 'selection';

/** Every pixel is its own: noise, the same at every run. */
async function noise(folder: string): Promise<string> {
  let state = 5;
  const data = Uint8Array.from({ length: size.width * size.height * 3 }, (_, at) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return (at % 3 === 2 ? 150 : 60) + (state % 40); // bluish: swapped with red it is seen
  });
  const file = join(folder, 'noise.png');
  await sharp(data, { raw: { ...size, channels: 3 } })
    .png()
    .toFile(file);
  return file;
}

/** Draws with the tool in hand, at 100 %. */
async function draw(page: Page, points: readonly Place[], key?: 'Alt' | 'Shift'): Promise<void> {
  await page.keyboard.press('Control+1');
  const box = (await page.getByRole('application').boundingBox())!;
  const corner = { x: box.x + (box.width - size.width) / 2, y: box.y + (box.height - size.height) / 2 };
  const [first, ...others] = points.map(([x, y]) => [corner.x + x, corner.y + y] as const);
  if (key) await page.keyboard.down(key);
  await page.mouse.move(...first!);
  await page.mouse.down();
  for (const point of others) await page.mouse.move(...point, { steps: 4 });
  await page.mouse.up();
  if (key) await page.keyboard.up(key);
}

const rectangle = (page: Page, from: Place, to: Place, key?: 'Shift') => {
  return page.keyboard.press('m').then(() => draw(page, [from, to], key));
};
const lasso = async (page: Page, points: readonly Place[], key?: 'Alt') => {
  await page.keyboard.press('l');
  await draw(page, [...points, points[0]!], key);
};

interface Region {
  readonly about: string;
  readonly policy: Policy;
  readonly box: Box; // around it
  readonly select: (page: Page) => Promise<void>;
}

const regions: readonly Region[] = [
  {
    ...{ about: 'a rectangle', policy: 'whole', box: [200, 140, 260, 190] },
    select: (page) => rectangle(page, [200, 140], [260, 190]),
  },
  {
    ...{ about: 'a lasso with a hole', policy: 'selection', box: [60, 40, 160, 130] },
    select: async (page) => {
      await lasso(page, [
        [60, 40],
        [160, 50],
        [150, 130],
        [70, 120],
      ]);
      await lasso(
        page,
        [
          [100, 70],
          [120, 70],
          [120, 95],
          [100, 95],
        ],
        'Alt',
      );
    },
  },
  {
    ...{ about: 'over the edge', policy: 'whole', box: [440, 20, 480, 70] },
    select: (page) => rectangle(page, [440, 20], [495, 70]),
  },
  {
    ...{ about: 'over the corner', policy: 'selection', box: [0, 290, 30, 320] },
    select: (page) => rectangle(page, [30, 290], [-15, 335]),
  },
  {
    ...{ about: 'four pixels wide', policy: 'whole', box: [300, 60, 304, 64] },
    select: (page) => rectangle(page, [300, 60], [304, 64]),
  },
  {
    ...{ about: 'four pixels wide, looked at closely', policy: 'selection', box: [320, 250, 324, 254] },
    select: (page) => rectangle(page, [320, 250], [324, 254]),
  },
  {
    ...{ about: 'feathered', policy: 'whole', box: [190, 130, 270, 200] },
    select: async (page) => {
      await rectangle(page, [200, 140], [260, 190]);
      await runFromPalette(page, 'Feather selection');
    },
  },
  {
    ...{ about: 'in two parts', policy: 'whole', box: [200, 20, 290, 50] },
    select: async (page) => {
      await rectangle(page, [200, 20], [220, 50]);
      await rectangle(page, [270, 20], [290, 50], 'Shift');
    },
  },
  {
    ...{ about: 'in the middle square', policy: 'square', box: [210, 150, 250, 180] },
    select: (page) => rectangle(page, [210, 150], [250, 180]),
  },
  {
    ...{ about: 'moved by keys', policy: 'whole', box: [210, 141, 250, 191] },
    select: async (page) => {
      await rectangle(page, [200, 140], [240, 190]);
      await page.keyboard.press('Shift+ArrowRight');
      await page.keyboard.press('ArrowDown');
    },
  },
];

/** How far from a selection of that size an edit may reach: 4 px, and the ramp beyond. */
const reachOf = ([left, top, right, bottom]: Box): number =>
  4 + Math.max(32, Math.round(Math.min(right - left, bottom - top) / 10));

function isNear(x: number, y: number): boolean {
  return regions.some(({ box }) => {
    const reach = reachOf(box);
    return x >= box[0] - reach && x < box[2] + reach && y >= box[1] - reach && y < box[3] + reach;
  });
}

const pixelsOf = async (file: string) => await sharp(file).removeAlpha().raw().toBuffer();

inBrowser('regions', () => {
  test('ten edits of one photo leave every pixel outside of their regions as it was', async () => {
    const folder = temporaryFolder();
    const { page } = await studioOn(await createPaintingEngine({ folder }), folder);
    const photo = await noise(folder);
    await openPicture(page, photo);
    for (const [done, { about, policy, select }] of regions.entries()) {
      await page.keyboard.press('Control+d');
      await page.getByRole('application').focus();
      await select(page);
      await page.getByText(/^Selection/).waitFor();
      await page.getByLabel('Part of the picture').selectOption(policy);
      await instruction(page).fill(about);
      await page.keyboard.press('Enter');
      await expect.poll(() => results(page).count()).toBe(1);
      await button(page, 'Keep as layer').click();
      await expect.poll(() => results(page).count()).toBe(0);
      await page.getByRole('tab', { name: 'Layers' }).click();
      await expect.poll(() => layers(page).count()).toBe(done + 2);
      await page.getByRole('tab', { name: 'Edit' }).click();
    }
    await page.keyboard.press('Control+e');
    const exported = await pixelsOf(await downloaded(page, () => inDialog(page, 'Export…').click()));
    const original = await pixelsOf(photo);
    expect(exported.length).toBe(original.length);
    const strays: Place[] = [];
    let changed = 0;
    for (let i = 0; i < size.width * size.height; i++) {
      if ([0, 1, 2].every((channel) => exported[i * 3 + channel] === original[i * 3 + channel])) continue;
      changed++;
      const [x, y] = [i % size.width, Math.floor(i / size.width)];
      if (!isNear(x, y)) strays.push([x, y]);
    }
    expect(strays).toEqual([]);
    expect(changed).toBeGreaterThan(20_000); // edits there were
    for (const { about, box } of regions) {
      const at = ((box[1] + 1) * size.width + box[0] + 1) * 3;
      if (about === 'a lasso with a hole' || about === 'feathered') continue; // their corners are not selected
      expect({ about, isChanged: exported[at] !== original[at] }).toEqual({ about, isChanged: true });
    }
  }, 240_000);
});
