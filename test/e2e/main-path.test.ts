import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Psd } from 'ag-psd';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readRecipe } from '#node/images/read-recipe.ts';
import { expectAccessible, inBrowser, openPage } from '../helpers/browser.ts';
import { exiftoolTags, hasExiftool } from '../helpers/exiftool.ts';
import { startServerProcess } from '../helpers/server-process.ts';
import {
  button,
  chooseFile,
  downloaded,
  inDialog,
  instruction,
  layers,
  results,
  runFromPalette,
  showPanel,
  tabTo,
} from '../helpers/page.ts';
import { readPsd } from '../helpers/read-psd.ts';
import { samples } from '../helpers/real-engine.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

// The built program, its engine and its embedded model; nothing is played.
const editMs = 240_000; // an edit on a machine that does much else

/** Pixels that differ, and by how much each channel on average. */
async function difference(before: string, after: string) {
  const [a, b] = await Promise.all([before, after].map((file) => sharp(file).removeAlpha().raw().toBuffer()));
  expect(b.length).toBe(a.length);
  const sums = [0, 0, 0];
  let count = 0;
  for (let i = 0; i < a.length; i += 3) {
    if (a[i] === b[i] && a[i + 1] === b[i + 1] && a[i + 2] === b[i + 2]) continue;
    count++;
    for (let channel = 0; channel < 3; channel++) sums[channel] += b[i + channel] - a[i + channel];
  }
  return { share: count / (a.length / 3), mean: sums.map((sum) => sum / Math.max(1, count)) };
}

/** Two opaque-or-masked layers of a PSD, blended by hand: how far the merged picture is from that, at most; and how often it differs
 * from the lower layer. */
function compareMerged({ imageData: merged, children: [base, top] = [] }: Psd) {
  const [{ data: below }, { data: above }, mask] = [base!.imageData!, top!.imageData!, top!.mask?.imageData];
  let [worst, changed] = [0, 0];
  for (let y = top!.top!; y < top!.bottom!; y++) {
    for (let x = top!.left!; x < top!.right!; x++) {
      const at = (y * merged!.width + x) * 4;
      const own = ((y - top!.top!) * (top!.right! - top!.left!) + x - top!.left!) * 4;
      const share = (above[own + 3]! / 255) * (mask ? mask.data[own]! / 255 : 1) * top!.opacity!;
      let isChanged = false;
      for (let channel = 0; channel < 3; channel++) {
        const wanted = below[at + channel]! * (1 - share) + above[own + channel]! * share;
        worst = Math.max(worst, Math.abs(wanted - merged!.data[at + channel]!));
        isChanged ||= merged!.data[at + channel] !== below[at + channel];
      }
      if (isChanged) changed++;
    }
  }
  return { worst, changed };
}

const bytesOf = ({ imageData }: Pick<Psd, 'imageData'>): Buffer => Buffer.from(imageData!.data);
const rgba = (file: string) => sharp(file).ensureAlpha().raw().toBuffer();

inBrowser('the main path, with the embedded model', () => {
  test(
    'a sample is edited, kept, undone and redone, saved, opened again and exported',
    async () => {
      const { address } = await startServerProcess(temporaryFolder());
      const page = await openPage(address);
      await button(page, 'Open Winter').click();
      await instruction(page).fill('make the house blue');
      await button(page, 'Run').click();
      await page.getByText(/^Row \d+ of \d+/).waitFor({ timeout: editMs });
      await expect.poll(() => results(page).count(), { timeout: editMs }).toBe(1);
      await button(page, 'Keep as layer').click();
      await showPanel(page, 'Layers');
      await expect.poll(() => layers(page).count()).toBe(2);
      await page.keyboard.press('Control+z');
      await expect.poll(() => layers(page).count()).toBe(1);
      await page.keyboard.press('Control+Shift+z');
      await expect.poll(() => layers(page).count()).toBe(2);

      const project = await downloaded(page, () => page.keyboard.press('Control+s'));
      await page.getByRole('menuitem', { name: 'File' }).click();
      await page.getByRole('menuitem', { name: 'Close picture' }).click();
      await chooseFile(page, () => button(page, 'Open a picture…').click(), project);
      await expect.poll(() => layers(page).count()).toBe(2);
      await page.keyboard.press('Control+e');
      const picture = await downloaded(page, () => inDialog(page, 'Export…').click());

      const { share, mean } = await difference(join(samples, 'winter.png'), picture);
      expect(share).toBeGreaterThan(0.002);
      expect(share).toBeLessThan(0.5); // the rest of the scene is as it was, bit for bit
      expect(mean[2] - mean[0]).toBeGreaterThan(20); // more blue, less red
      const { recipe, parameters } = await readRecipe(picture);
      expect(recipe).toMatchObject({ instruction: 'make the house blue', model: { id: 'mini' } });
      expect(parameters?.prompt).toBe('make the house blue');

      await page.getByRole('slider', { name: 'Opacity' }).fill('60');
      await page.keyboard.press('Control+e');
      const faded = await downloaded(page, () => inDialog(page, 'Export…').click());
      await page.keyboard.press('Control+e');
      await page.getByLabel('Format').selectOption('psd');
      const layered = await downloaded(page, () => inDialog(page, 'Export…').click());
      const psd = readPsd(readFileSync(layered));
      expect(psd.children).toMatchObject([
        { name: 'winter.png', opacity: 1, hidden: false },
        { name: 'make the house blue', opacity: expect.closeTo(0.6, 2), hidden: false },
      ]);
      expect((await rgba(join(samples, 'winter.png'))).equals(bytesOf(psd.children![0]))).toBe(true);
      expect((await rgba(faded)).equals(bytesOf(psd))).toBe(true);
      const { worst, changed } = compareMerged(psd);
      expect(worst).toBeLessThanOrEqual(1.5); // rounding, twice
      expect(changed).toBeGreaterThan(30);
      expect(psd.imageResources?.xmpMetadata).toContain('make the house blue');
      if (!hasExiftool) return;
      for (const file of [picture, layered]) {
        const { Recipe: told, AISystemUsed: model } = exiftoolTags(file);
        expect(JSON.parse(String(told))).toMatchObject({ instruction: 'make the house blue', model: { id: 'mini' } });
        expect(model).toBe('mini');
      }
      expect(exiftoolTags(layered)).toMatchObject({
        LayerCount: 2,
        LayerUnicodeNames: ['winter.png', 'make the house blue'],
        LayerOpacities: [100, 60], // per cent
      });
    },
    editMs * 2,
  );

  test(
    'a picture is opened, a region selected, edited, kept and exported from the keyboard alone',
    async () => {
      const { address } = await startServerProcess(temporaryFolder());
      const page = await openPage(address);
      await button(page, 'Open Winter').waitFor();
      await tabTo(page, 'Open Winter');
      await page.keyboard.press('Enter');
      await instruction(page).waitFor();
      await runFromPalette(page, 'Select a rectangle');
      await tabTo(page, 'Canvas');
      await page.keyboard.press('Enter'); // the middle: 64 × 64
      for (let times = 0; times < 3; times++) await page.keyboard.press('Shift+ArrowLeft');
      for (let times = 0; times < 2; times++) await page.keyboard.press('Alt+Shift+ArrowUp');
      await page.getByText('Selection 64 × 44').waitFor();
      await tabTo(page, 'What to change');
      await page.keyboard.type('make the house blue');
      await page.keyboard.press('Enter');
      await expect.poll(() => results(page).count(), { timeout: editMs }).toBe(1);
      await page.keyboard.press('Control+Shift+Enter');
      await expect.poll(() => results(page).count()).toBe(0);
      await page.keyboard.press('Control+e');
      await page.getByRole('dialog', { name: 'Export picture' }).waitFor();
      await tabTo(page, 'Export…');
      const picture = await downloaded(page, () => page.keyboard.press('Enter'));

      const { share } = await difference(join(samples, 'winter.png'), picture);
      expect(share).toBeGreaterThan(0.002);
      const [before, after] = await Promise.all(
        [join(samples, 'winter.png'), picture].map((file) =>
          sharp(file).removeAlpha().extract({ left: 118, top: 118, width: 10, height: 10 }).raw().toBuffer(),
        ),
      );
      expect(after.equals(before)).toBe(true); // outside the region and the ramp around it
      expect(await readRecipe(picture)).toMatchObject({ recipe: { selection: { mask: expect.any(String) } } });
    },
    editMs * 2,
  );

  test(
    'what was done is offered after the engine was killed, and comes back as it was',
    async () => {
      const folder = temporaryFolder();
      const first = await startServerProcess(folder);
      const page = await openPage(first.address);
      await button(page, 'Open Winter').click();
      await showPanel(page, 'Layers');
      await page.getByRole('slider', { name: 'Opacity' }).fill('40');
      await instruction(page).fill('make the house blue');
      await button(page, 'Run').click();
      await page.getByText(/^Row \d+ of \d+/).waitFor({ timeout: editMs });
      await first.kill(); // in the middle of an edit
      await page.getByText('Reconnecting…').first().waitFor();
      await page.close();

      const second = await startServerProcess(folder);
      const again = await openPage(second.address);
      await again.getByText('The program stopped while you were working. Nothing is lost.').waitFor();
      await expectAccessible(again);
      await button(again, 'Restore').click();
      await again.getByRole('img', { name: /The picture/ }).waitFor();
      expect(await again.title()).toBe('• winter.png – EditAR Studio');
      await showPanel(again, 'Layers');
      await expect.poll(() => again.getByRole('slider', { name: 'Opacity' }).inputValue()).toBe('40');
    },
    editMs * 2,
  );
});
