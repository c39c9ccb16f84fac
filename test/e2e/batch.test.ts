import { existsSync, linkSync, mkdirSync, readdirSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readRecipe } from '#node/images/read-recipe.ts';
import { chooseFolder, openBatch, photo, row, rows, startWithPhotos } from '../helpers/batch-page.ts';
import { expectAccessible, inBrowser } from '../helpers/browser.ts';
import type { Theme } from '../helpers/browser.ts';
import { button, instruction } from '../helpers/page.ts';
import { realEngine, samples } from '../helpers/real-engine.ts';
import { openPicture, studioOn } from '../helpers/studio.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

inBrowser('batches', () => {
  test.each<Theme>(['dark', 'light'])(
    'a folder is planned, made, looked through, and single pictures are made anew: %s',
    async (theme) => {
      const { page, photos, results } = await startWithPhotos(9, { stepMs: 50 }, theme);
      await writeFile(join(photos, 'DSC_0004.jpg'), 'this is no picture');
      await writeFile(join(photos, 'DSC_0010.NEF'), 'raw');
      await button(page, 'Batch').click();
      await expectAccessible(page);
      await button(page, 'Choose a folder…').click();
      await button(page, 'Open folder Summer trip').click();
      await page.getByText('9 pictures').waitFor();
      await expectAccessible(page);
      await button(page, 'Use this folder').click();
      await page.getByText('9 pictures to make').waitFor();
      await page.getByText(/^1 file is left out.* 1 \.nef/).waitFor();
      expect(await button(page, 'Start batch').isDisabled()).toBe(true);
      await page.getByLabel('What to change').fill('swap day and dusk');
      await button(page, 'Add seed').click();
      await page.getByText(/^DSC_0001\.jpg becomes DSC_0001-\d+\.jpg$/).waitFor();
      await page.getByLabel('Names of results').fill('../{stem}');
      await page.getByText(/leads out of the output folder/).waitFor();
      await page.getByLabel('Names of results').fill('{stem} dusk');
      await page.getByText('DSC_0001.jpg becomes DSC_0001 dusk.jpg').waitFor();
      await row(page, 'DSC_0002').click();
      await expectAccessible(page);
      expect(existsSync(results)).toBe(false);

      await button(page, 'Start batch').click();
      await page.getByText(/Being made, \d+ %/).waitFor();
      await page.getByText(/^[2-4] of 9 pictures/).waitFor();
      await button(page, 'Pause').click();
      await page.getByText(/^Paused · /).waitFor();
      await expectAccessible(page);
      await row(page, 'DSC_0009').click();
      await button(page, 'Make next').click();
      await row(page, 'DSC_0009').getByText('Waiting, number 1').waitFor();
      await button(page, 'Go on').click();
      await page.getByText(/^9 pictures: 8 done, 0 skipped, 1 failed · in /).waitFor({ timeout: 60_000 });
      expect(readdirSync(results).filter((name) => name.endsWith('.jpg'))).toHaveLength(8);
      await button(page, 'Show report').click(); // in a browser its place is told
      const [told, next] = [page.getByText('report.csv', { exact: false }), button(page, 'New batch')];
      await told.first().waitFor();
      const bottomOf = async (): Promise<number> => {
        const { y, height } = (await told.first().boundingBox())!;
        return y + height;
      };
      expect(await bottomOf()).toBeLessThan((await next.boundingBox())!.y); // above the buttons

      await button(page, /^Failed/).click();
      expect(await rows(page).count()).toBe(2);
      await rows(page).nth(1).click();
      await page
        .getByLabel('The chosen picture')
        .getByText(/its content is not a JPEG/)
        .waitFor();
      await expectAccessible(page);
      await writeFile(join(photos, 'DSC_0004.jpg'), await photo(4));
      await button(page, 'Try again').click();
      await page.getByText(/^9 pictures: 9 done/).waitFor({ timeout: 60_000 });
      await button(page, /^All/).click();

      await button(page, 'Contact sheet').click();
      const tile = page.getByRole('option', { name: /DSC_0002/ });
      await tile.click();
      await button(page, 'Accept').click();
      await tile.getByText('Accepted').waitFor({ state: 'attached' });
      const before = await readFile(join(results, 'DSC_0002 dusk.jpg'));
      await expectAccessible(page);
      await page.getByRole('option', { name: /DSC_0003/ }).click();
      await button(page, 'Another one').click();
      await page
        .getByLabel('The chosen picture')
        .getByText(/^\d{4,}$/)
        .waitFor(); // its seed
      await page.getByText(/^9 pictures: 9 done/).waitFor({ timeout: 60_000 });
      expect(await readFile(join(results, 'DSC_0002 dusk.jpg'))).toEqual(before);
      await page.setViewportSize({ width: 1920, height: 1080 });
      await button(page, 'Table').click();
      await page.setViewportSize({ width: 1280, height: 800 });

      await button(page, 'Open result').click();
      await page.getByRole('img', { name: /The picture DSC_0003 dusk/ }).waitFor();
    },
    120_000,
  );

  test('a list of thousands stays quick: only rows that can be seen are there, and keys reach all of them', async () => {
    const { page, photos } = await startWithPhotos(1);
    const first = join(photos, 'DSC_0001.jpg');
    for (let i = 2; i <= 5000; i++) linkSync(first, join(photos, `DSC_${String(i).padStart(4, '0')}.jpg`));
    await openBatch(page, 'swap');
    await page.getByText('5,000 pictures to make').waitFor();
    expect(await rows(page).count()).toBeLessThan(40);
    const grid = page.getByRole('grid');
    await grid.focus();
    await page.keyboard.press('End');
    await row(page, 'DSC_5000').waitFor();
    expect(await rows(page).count()).toBeLessThan(40);
    expect(await row(page, 'DSC_5000').getAttribute('aria-rowindex')).toBe('5001');
    await page.keyboard.press('PageUp');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => row(page, 'DSC_0002').getAttribute('aria-selected')).toBe('true');
    await button(page, 'Contact sheet').click();
    expect(await page.getByRole('option').count()).toBeLessThan(80);
    await page.getByRole('listbox').focus();
    await page.keyboard.press('End');
    await page.getByRole('option', { name: /DSC_5000/ }).waitFor();
    await expectAccessible(page);
  }, 120_000);

  test('a batch goes on while the page is loaded anew; stopped, it is found in its folder and finished', async () => {
    const { page, results } = await startWithPhotos(4, { stepMs: 200 });
    await openBatch(page, 'swap');
    await button(page, 'Start batch').click();
    await page.getByText(/^1 of 4 pictures/).waitFor();
    await button(page, 'Pause').click();
    await page.getByText(/^Paused · /).waitFor();
    await page.reload();
    await button(page, 'Batch').click();
    await page.getByText(/^Paused · [1-3] of 4 pictures/).waitFor();
    await button(page, 'Stop').click();
    await page.getByText(/^Stopped: /).waitFor();
    await expectAccessible(page);
    await button(page, 'New batch').click();
    await page.getByRole('region', { name: 'An unfinished batch is in this folder' }).waitFor();
    await expectAccessible(page);
    await button(page, 'Go on with it').click();
    await page.getByText(/^4 pictures: 4 done/).waitFor({ timeout: 60_000 });
    expect(readdirSync(results).filter((name) => name.endsWith('.jpg'))).toHaveLength(4);
  }, 120_000);

  test('a batch is set, made and looked through from the keyboard alone', async () => {
    const { page } = await startWithPhotos(2, { stepMs: 2 });
    await page.keyboard.press('Control+Shift+B');
    const tabTo = async (name: RegExp): Promise<void> => {
      const text = '(document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent).trim()';
      for (let i = 0; i < 60 && !name.test(await page.evaluate(text)); i++) await page.keyboard.press('Tab');
    };
    await tabTo(/^Choose a folder…$/);
    await page.keyboard.press('Enter');
    await tabTo(/^Open folder Summer trip$/);
    await page.keyboard.press('Enter');
    await page.getByText('2 pictures', { exact: true }).waitFor();
    await tabTo(/^Use this folder$/);
    await page.keyboard.press('Enter');
    await page.getByText('2 pictures to make').waitFor();
    await page.getByLabel('What to change').focus();
    await page.keyboard.type('swap');
    await expect.poll(() => button(page, 'Start batch').isEnabled()).toBe(true);
    await tabTo(/^Start batch$/);
    await page.keyboard.press('Enter');
    await page.getByText(/^2 pictures: 2 done/).waitFor({ timeout: 60_000 });
    await page.getByRole('grid').focus();
    for (const key of ['Home', 'ArrowDown', 'a']) await page.keyboard.press(key);
    await row(page, 'DSC_0002').getByText('Accepted').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('img', { name: /The picture DSC_0002/ }).waitFor();
  }, 120_000);

  test('an edit of the open picture becomes the recipe for a folder', async () => {
    const { page, picture, results } = await startWithPhotos(2, { stepMs: 2 });
    await openPicture(page, picture);
    await instruction(page).fill('make dusk of day');
    await button(page, 'Run').click();
    await page.getByRole('tab', { name: 'History' }).click();
    await button(page, 'More for make dusk of day').click();
    await page.getByRole('menuitem', { name: 'Run on a folder…' }).click();
    await chooseFolder(page);
    await button(page, 'Use this folder').click();
    expect(await page.getByLabel('What to change').inputValue()).toBe('make dusk of day');
    await page.getByText('2 pictures to make').waitFor();
    await button(page, 'Start batch').click();
    await page.getByText(/^2 pictures: 2 done/).waitFor({ timeout: 60_000 });
    const { recipe } = await readRecipe(join(results, 'DSC_0001.jpg'));
    expect(recipe).toMatchObject({ instruction: 'make dusk of day', image: 'DSC_0001.jpg' });
  }, 120_000);

  test('a dropped folder is asked for, since a browser does not tell where it lies; a dropped recipe is taken', async () => {
    const { page } = await startWithPhotos(2);
    await page.getByRole('button', { name: 'Open a picture…' }).waitFor();
    const drop = (dataTransfer: string) =>
      page.evaluate(`{
        const event = new Event('drop', { cancelable: true });
        window.dispatchEvent(Object.assign(event, { dataTransfer: ${dataTransfer} }));
      }`);
    await drop(`{ types: ['Files'], items: [{ webkitGetAsEntry: () => ({ isDirectory: true }) }], files: [] }`);
    await page.getByText('A browser does not tell where a dropped folder lies').waitFor();
    await button(page, 'Open folder Summer trip').click();
    await page.getByText('2 pictures', { exact: true }).waitFor();
    await button(page, 'Use this folder').click();
    await page.getByText('2 pictures to make').waitFor();
    const recipe = JSON.stringify({ version: 1, instruction: 'make it dusk', seed: 5 });
    await drop(`{ types: ['Files'], items: [], files: [new File([${JSON.stringify(recipe)}], 'dusk.recipe.json')] }`);
    await expect.poll(() => page.getByLabel('What to change').inputValue()).toBe('make it dusk');
    await drop(`{ types: ['Files'], items: [], files: [new File(['no recipe'], 'other.json')] }`);
    await page.getByText(/The recipe other\.json cannot be used/).waitFor();
  }, 120_000);

  test('in another language nothing is cut off or left untranslated that matters', async () => {
    const { page } = await startWithPhotos(3, { stepMs: 2 });
    await openBatch(page, 'swap');
    await row(page, 'DSC_0001').click();
    await page.keyboard.press('Control+,');
    await page.getByLabel('Language').selectOption('pseudo');
    await page.keyboard.press('Escape');
    await page.getByText(/^\[Šţåŕţ ƀåţçĥ/).waitFor();
    await page.getByRole('option', { name: /^\[Éđîţ ƀý/ }).waitFor({ state: 'attached' });
    await expectAccessible(page);
  }, 120_000);

  test('the embedded model makes maps and edits of a folder with the real engine', async () => {
    const folder = temporaryFolder();
    const photos = join(folder, 'Summer trip');
    mkdirSync(photos);
    for (const name of ['meadow.png', 'winter.png']) await copyFile(join(samples, name), join(photos, name));
    const { page } = await studioOn(await realEngine(folder), folder);
    await openBatch(page, 'make the house blue');
    await page.getByText('2 pictures to make').waitFor();
    await button(page, 'Start batch').click();
    await page.getByText(/^2 pictures: 2 done/).waitFor({ timeout: 200_000 });
    await row(page, 'winter.png').click();
    await button(page, 'New batch').click();
    await page.getByLabel('What to do').selectOption('make-canny');
    await page.getByText('meadow.png becomes meadow.canny.png').waitFor();
    await button(page, 'Start batch').click();
    await page.getByText(/^2 pictures: 2 done/).waitFor({ timeout: 60_000 });
    const map = sharp(join(photos, 'edited', 'winter.canny.png'));
    expect((await map.stats()).channels[0]).toMatchObject({ min: 0, max: 255 });
  }, 300_000);
});
