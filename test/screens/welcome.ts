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
        reach: ({ page }) => page.getByText('Try it on a sample').waitFor(),
        also: ['large', 'contrast', 'pseudo', 'zoomed'],
      },
      {
        name: 'welcome-maps',
        reach: ({ page }) =>
          page.getByRole('group', { name: 'Or paint a picture from a map' }).scrollIntoViewIfNeeded(),
      },
      {
        name: 'welcome-recent',
        reach: async ({ page, picture }) => {
          await openPicture(page, picture);
          await downloaded(page, () => page.keyboard.press('Control+s'));
          await page.getByRole('menuitem', { name: 'File' }).click();
          await page.getByRole('menuitem', { name: 'Close picture' }).click();
          await page.getByRole('heading', { name: 'Recent files' }).waitFor();
        },
      },
      {
        name: 'refused',
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
        reach: async ({ page, stop }) => {
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
        reach: ({ page }) => page.getByText('No model is installed yet.').waitFor(),
        also: ['pseudo'],
      },
      {
        name: 'no-model-picture',
        reach: async ({ page, picture }) => {
          await openPicture(page, picture);
          await instruction(page).fill('make the sky orange');
        },
      },
    ],
  },
];
