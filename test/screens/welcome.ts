import { button, chooseFile, downloaded, instruction } from '../helpers/page.ts';
import { openPicture } from '../helpers/studio.ts';
import type { Screen } from './stage.ts';

/** What is seen before a picture is open. */
export const welcomeScreens: readonly Screen[] = [
  {
    name: 'welcome',
    engine: 'real',
    states: [
      {
        name: 'welcome',
        shows: 'The first screen, with sample pictures and one-click edits',
        reach: ({ page }) => page.getByText('Try it on a sample').waitFor(),
        also: ['large', 'small', 'contrast', 'pseudo', 'zoomed'],
      },
      {
        name: 'welcome-maps',
        shows: 'Further down: samples to paint from a map',
        reach: ({ page }) =>
          page.getByRole('group', { name: 'Or paint a picture from a map' }).scrollIntoViewIfNeeded(),
      },
      {
        name: 'welcome-recent',
        shows: 'With files that were used before',
        reach: async ({ page, picture }) => {
          await openPicture(page, picture);
          await downloaded(page, () => page.keyboard.press('Control+s'));
          await page.getByRole('menuitem', { name: 'File' }).click();
          await page.getByRole('menuitem', { name: 'Close picture' }).click();
          await page.getByRole('heading', { name: 'Recent files' }).waitFor();
        },
      },
      {
        name: 'welcome-restore',
        shows: 'The program was stopped in the middle of the work',
        reach: async ({ page, longNamed }) => {
          await openPicture(page, longNamed);
          await page.keyboard.press('Control+Shift+l'); // a layer, which is in no file
          await page.getByRole('img', { name: 'Changed since it was saved' }).waitFor();
          await page.reload();
          await button(page, 'Restore').waitFor();
        },
        also: ['pseudo', 'zoomed'],
      },
      {
        name: 'refused',
        shows: 'A file that is no picture was opened',
        reach: async ({ page, unreadable }) => {
          await chooseFile(page, () => button(page, 'Open a picture…').click(), unreadable);
          await page
            .getByRole('alert')
            .getByText(/cannot be read/)
            .waitFor();
        },
        also: ['contrast'],
      },
      {
        name: 'engine-lost',
        shows: 'The engine is gone and comes again',
        reach: async ({ page, stop }) => {
          await button(page, 'Dismiss').click();
          await stop();
          await page.getByText('The engine stopped and is being started again.').waitFor();
        },
      },
    ],
  },
  {
    name: 'without a model',
    engine: { hasModel: false },
    states: [
      {
        name: 'no-model',
        shows: 'No model is installed',
        reach: ({ page }) => page.getByText('No model is installed yet.').waitFor(),
        also: ['pseudo'],
      },
      {
        name: 'no-model-picture',
        shows: 'A picture is open, and no model is installed',
        reach: async ({ page, picture }) => {
          await openPicture(page, picture);
          await instruction(page).fill('make the sky orange');
        },
      },
    ],
  },
];
