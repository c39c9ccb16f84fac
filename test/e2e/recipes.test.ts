import { join } from 'node:path';
import type { Download, Page } from 'playwright-core';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { inBrowser } from '../helpers/browser.ts';
import { editar } from '../helpers/cli.ts';
import { button, downloaded, drag, inDialog, instruction, layers, results, showPanel } from '../helpers/page.ts';
import { realEngine, samples } from '../helpers/real-engine.ts';
import { openPicture, studioOn } from '../helpers/studio.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

// What the window shows and exports is, pixel for pixel, what the command line makes of the file that was opened and the recipe that was
// saved. The embedded model edits both.

const editMs = 240_000; // an edit on a machine that does much else

const winter = () => sharp(join(samples, 'winter.png'));
const fading = Buffer.from(Uint8Array.from({ length: 128 * 128 }, (_, i) => Math.min(255, (i % 128) * 3)));

/** By what is special about them. */
const pictures: readonly (readonly [about: string, name: string, picture: () => Sharp])[] = [
  [
    'a photo that lies on its side',
    'photo.jpg',
    () =>
      winter()
        .resize(160, 120, { fit: 'cover' })
        .withExif({ IFD0: { Orientation: '6' } }),
  ],
  [
    'a picture with see-through parts',
    'photo.png',
    () =>
      winter()
        .removeAlpha()
        .joinChannel(fading, { raw: { width: 128, height: 128, channels: 1 } }),
  ],
  ['a picture of 16 bits in Display P3', 'photo.png', () => winter().toColourspace('rgb16').withIccProfile('p3')],
];

/** Every file that an action hands to the person. */
async function allDownloaded(page: Page, count: number, action: () => Promise<void>): Promise<string[]> {
  const folder = temporaryFolder();
  const handed: Download[] = [];
  page.on('download', (download) => handed.push(download));
  await action();
  await expect.poll(() => handed.length).toBe(count);
  return await Promise.all(
    handed.map(async (download) => {
      const path = join(folder, download.suggestedFilename());
      await download.saveAs(path);
      return path;
    }),
  );
}

const pixelsOf = async (file: string) => {
  const { data, info } = await sharp(file)
    .toColourspace('rgb16')
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true });
  return { data, size: [info.width, info.height, info.channels] };
};

/** Edits a part of the open picture and compares what is exported with what the saved recipe makes of the file. */
async function expectSame(page: Page, file: string): Promise<void> {
  await page.keyboard.press('m');
  await drag(page, [0.42, 0.35], [0.56, 0.62]);
  await instruction(page).fill('make the house blue');
  await button(page, 'Run').click();
  await expect.poll(() => results(page).count(), { timeout: editMs }).toBe(1);
  await button(page, 'Keep as layer').click();
  await page.keyboard.press('Control+e');
  const exported = await downloaded(page, () => inDialog(page, 'Export…').click());
  await showPanel(page, 'Layers');
  await expect.poll(() => layers(page).count()).toBe(2);
  const [recipe] = await allDownloaded(page, 2, async () => {
    await button(page, 'More for make the house blue').click();
    await page.getByRole('menuitem', { name: /^Save recipe/ }).click();
  });
  const out = join(temporaryFolder(), 'out.png');
  const ran = await editar(['edit', file, '--recipe', recipe!, '-o', out, '--device', 'cpu']);
  expect(ran.stderr).not.toContain('does not fit');
  expect(ran.code).toBe(0);
  const [own, theirs] = await Promise.all([pixelsOf(exported), pixelsOf(out)]);
  expect(theirs.size).toEqual(own.size);
  expect(own.data.equals(theirs.data)).toBe(true);
  const before = await pixelsOf(file);
  expect(own.data.equals(before.data)).toBe(false);
}

inBrowser('recipes of what the embedded model made', () => {
  test.each(pictures)(
    'of %s make the same picture on the command line',
    async (_, name, picture) => {
      const folder = temporaryFolder();
      const file = join(folder, name);
      await picture().toFile(file);
      const { page } = await studioOn(await realEngine(folder), folder);
      await openPicture(page, file);
      await expectSame(page, file);
    },
    editMs * 2,
  );

  test(
    'of a canvas that was cropped make the same picture of the whole photo',
    async () => {
      const folder = temporaryFolder();
      const file = join(folder, 'photo.png');
      await winter().resize(300, 200, { fit: 'cover' }).png().toFile(file);
      const { page } = await studioOn(await realEngine(folder), folder);
      await openPicture(page, file);
      await page.keyboard.press('c');
      await drag(page, [0.2, 0.2], [0.8, 0.9]);
      await page.keyboard.press('Enter');
      await button(page, /^Undo/).waitFor();
      await expectSame(page, file);
    },
    editMs * 2,
  );
});
