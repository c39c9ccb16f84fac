import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { button, chooseFile, downloaded, instruction, results } from '../helpers/page.ts';
import { openPicture } from '../helpers/studio.ts';
import type { Screen, State } from './stage.ts';

const inSettings = (tab: string, also: State['also'] = []): State => ({
  name: `settings-${tab.toLowerCase()}`,
  shows: `Settings: ${tab.toLowerCase()}`,
  reach: ({ page }) => page.getByRole('tab', { name: tab, exact: true }).click(),
  also,
});
/** Another dialog in place of the one that is open. */
async function instead(page: Page, keys: string): Promise<void> {
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press(keys);
  await page.getByRole('dialog').waitFor();
}
/** Opened from the keyboard: a pointer would open whichever menu lies under it when names change with the language. */
const menu = (name: string, also: State['also'] = []): State => ({
  name: `menu-${name.toLowerCase()}`,
  shows: `Menu: ${name}`,
  reach: async ({ page }) => {
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').or(page.getByRole('menu')).waitFor({ state: 'detached' });
    await page.getByRole('menuitem', { name, exact: true }).press('Enter');
    await page.getByRole('menu').waitFor();
  },
  also,
});

/** What lies over the page. */
export const dialogScreens: readonly Screen[] = [
  {
    name: 'dialogs',
    states: [
      {
        name: 'palette',
        shows: 'Every command, to be searched',
        reach: async ({ page, picture }) => {
          await openPicture(page, picture);
          await instruction(page).fill('swap day and dusk');
          await button(page, 'Run').click();
          await expect.poll(() => results(page).count()).toBe(1);
          await button(page, 'Keep as layer').click();
          await page.keyboard.press('Control+k');
          await page.getByRole('dialog').waitFor();
        },
        also: ['contrast', 'pseudo', 'zoomed'],
      },
      {
        name: 'palette-nothing',
        shows: 'No command has these words',
        reach: ({ page }) => page.keyboard.type('teapot'),
      },
      {
        name: 'keys',
        shows: 'Keyboard shortcuts',
        reach: ({ page }) => instead(page, 'F1'),
        also: ['contrast', 'pseudo', 'zoomed'],
      },
      {
        name: 'settings',
        shows: 'Settings: appearance',
        reach: ({ page }) => instead(page, 'Control+,'),
        also: ['contrast', 'pseudo', 'zoomed'],
      },
      inSettings('Editing', ['pseudo']),
      inSettings('Files', ['pseudo']),
      inSettings('Keys', ['pseudo', 'zoomed']),
      {
        name: 'settings-keys-conflict',
        shows: 'Keys that belong to another command',
        reach: async ({ page }) => {
          await button(page, 'Change the keys of Show side panel').click();
          await page.keyboard.press('Control+o');
          await page.getByText('Ctrl+O belongs to “Open…”.').waitFor();
        },
      },
      {
        name: 'models',
        shows: 'Models: what is installed, what it runs on, and the way to more',
        reach: async ({ page }) => {
          await page.keyboard.press('Escape');
          await page.getByRole('button', { name: /^Models: / }).click();
          await page.getByRole('dialog', { name: 'Models' }).getByText('Processor').waitFor();
        },
        also: ['contrast', 'pseudo', 'zoomed'],
      },
      {
        name: 'export',
        shows: 'Export as JPEG',
        reach: async ({ page }) => {
          await page.keyboard.press('Escape');
          await instead(page, 'Control+e');
          await page.getByLabel('Format').selectOption('jpeg');
        },
        also: ['contrast', 'pseudo', 'zoomed'],
      },
      {
        name: 'export-psd',
        shows: 'Export as PSD',
        reach: ({ page }) => page.getByLabel('Format').selectOption('psd'),
      },
      {
        name: 'exported',
        shows: 'A notice after something worked',
        reach: async ({ page }) => {
          await page.getByLabel('Format').selectOption('png');
          await downloaded(page, () => button(page, 'Export…').last().click());
          await page.getByText(/^Exported /).waitFor();
        },
        pointerOn: (page) => page.getByText(/^Exported /), // or it would leave by itself
      },
      {
        name: 'recent',
        shows: 'Files that were used before',
        reach: async ({ page }) => {
          await button(page, 'Dismiss').click();
          await page.keyboard.press('Control+Shift+o');
          await page.getByRole('dialog').waitFor();
        },
        also: ['pseudo'],
      },
      menu('File'),
      menu('Edit'),
      menu('Select'),
      menu('Layer', ['contrast', 'pseudo']),
      menu('View'),
      menu('Run'),
      menu('Tools'),
      menu('Help'),
      {
        name: 'about',
        shows: 'About, with the licences of what is inside',
        reach: async ({ page }) => {
          await page.getByRole('menuitem', { name: 'About EditAR Studio' }).click();
          await page.getByText('onnxruntime-node').waitFor();
        },
        also: ['contrast', 'pseudo'],
      },
      {
        name: 'unsaved',
        shows: 'A question before work would be lost',
        reach: async ({ page, picture }) => {
          await page.keyboard.press('Escape');
          await page.getByRole('dialog').waitFor({ state: 'detached' });
          await chooseFile(page, () => page.keyboard.press('Control+o'), picture);
          await page.getByRole('dialog', { name: 'Save lake at dusk.png first?' }).waitFor();
        },
        also: ['contrast', 'pseudo', 'zoomed'],
      },
    ],
  },
];
