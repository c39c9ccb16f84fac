import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { photo, row, rows } from '../helpers/batch-page.ts';
import { button } from '../helpers/page.ts';
import type { Screen, Stage } from './stage.ts';

/** Eight photos and a file that is none. */
async function putPhotos({ folder }: Stage): Promise<void> {
  const photos = join(folder, 'Summer trip');
  mkdirSync(photos);
  for (let i = 1; i <= 9; i++) await writeFile(join(photos, `DSC_000${i}.jpg`), await photo(i));
  await writeFile(join(photos, 'DSC_0004.jpg'), 'this is no picture');
}

/** One recipe over a folder. */
export const batchScreens: readonly Screen[] = [
  {
    name: 'batch',
    engine: { stepMs: 5 },
    states: [
      {
        name: 'batch-empty',
        shows: 'Before a folder is chosen',
        reach: ({ page }) => button(page, 'Batch').click(),
        also: ['small', 'pseudo', 'zoomed'],
      },
      {
        name: 'batch-folder',
        shows: 'Choosing a folder in a browser',
        reach: async (stage) => {
          await putPhotos(stage);
          await button(stage.page, 'Choose a folder…').click();
          await button(stage.page, 'Open folder Summer trip').click();
          await stage.page.getByText('9 pictures').waitFor();
        },
        also: ['contrast', 'pseudo'],
      },
      {
        name: 'batch-plan',
        shows: 'What would be made, before it is',
        reach: async ({ page }) => {
          await button(page, 'Use this folder').click();
          await page.getByText('9 pictures to make').waitFor();
          await page.getByLabel('What to change').fill('swap day and dusk');
          await row(page, 'DSC_0002').click();
        },
        also: ['large', 'small', 'contrast', 'pseudo', 'zoomed'],
      },
      {
        name: 'batch-options',
        shows: 'What else can be set: names, formats, which files',
        reach: async ({ page }) => {
          await page.getByText('Options').click();
          await page.getByText('Devices').scrollIntoViewIfNeeded();
        },
        also: ['small'],
      },
      {
        name: 'batch-failed',
        shows: 'One file failed: why, and what can be done',
        reach: async ({ page }) => {
          await button(page, 'Start batch').click();
          await page.getByText(/^9 pictures: 8 done/).waitFor({ timeout: 120_000 });
          await button(page, /^Failed/).click();
          await rows(page).nth(1).click();
        },
        also: ['contrast', 'pseudo'],
      },
      {
        name: 'batch-sheet',
        shows: 'Results as a contact sheet, one of them accepted',
        reach: async ({ page }) => {
          await button(page, /^All/).click();
          await button(page, 'Contact sheet').click();
          await page.getByRole('option', { name: /DSC_0002/ }).click();
          await button(page, 'Accept').click();
        },
        also: ['large', 'small', 'contrast', 'pseudo'],
      },
    ],
  },
  {
    name: 'a batch under way',
    engine: { stepMs: 80 },
    holdAtRow: 7,
    states: [
      {
        name: 'batch-running',
        shows: 'Under way',
        reach: async (stage) => {
          const { page } = stage;
          await putPhotos(stage);
          await button(page, 'Batch').click();
          await button(page, 'Choose a folder…').click();
          await button(page, 'Open folder Summer trip').click();
          await button(page, 'Use this folder').click();
          await page.getByLabel('What to change').fill('swap day and dusk');
          await button(page, 'Start batch').click();
          await page.getByText(/Being made, \d\d %/).waitFor();
          await row(page, 'DSC_0001').click();
        },
        also: ['large', 'small', 'contrast', 'pseudo'],
      },
      {
        name: 'batch-paused',
        shows: 'Paused',
        reach: async ({ page, release }) => {
          await button(page, 'Pause').click();
          release();
          await page.getByText(/^Paused · /).waitFor();
        },
      },
    ],
  },
];
