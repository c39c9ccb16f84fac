import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { button, drag, instruction, layers, results, showPanel } from '../helpers/page.ts';
import { openPicture } from '../helpers/studio.ts';
import type { Screen, State } from './stage.ts';

async function run(page: Page, words: string, count: number): Promise<void> {
  await instruction(page).fill(words);
  await button(page, 'Run').click();
  await expect.poll(() => results(page).count(), { timeout: 120_000 }).toBe(count);
}

const opened = (name: string, also: State['also'] = []): State => ({
  name,
  reach: ({ page, picture }) => openPicture(page, picture),
  also,
});

/** A picture that is open, and what is done to it. */
export const editorScreens: readonly Screen[] = [
  {
    name: 'an edit with the embedded model',
    engine: 'real',
    holdAtRow: 11, // its bands follow some rows later
    states: [
      {
        name: 'edit-picture',
        reach: async ({ page }) => {
          await button(page, 'Open Meadow').click();
          await instruction(page).fill('move the scene to the snow');
        },
        also: ['large', 'contrast', 'pseudo', 'zoomed'],
      },
      {
        name: 'edit-streaming',
        reach: async ({ page }) => {
          await button(page, 'Run').click();
          await page.getByText(/^Row 1[01] of 16/).waitFor({ timeout: 120_000 });
        },
        also: ['large', 'contrast'],
      },
      {
        name: 'edit-queue',
        reach: async ({ page }) => {
          for (const words of ['make the red ball blue', 'remove the tree']) {
            await instruction(page).fill(words);
            await page.keyboard.press('Enter');
          }
          await page.getByText('2 edits wait').waitFor();
        },
        also: ['pseudo'],
      },
      {
        name: 'edit-result',
        reach: async ({ page, release }) => {
          for (const words of ['make the red ball blue', 'remove the tree'])
            await button(page, `Remove: ${words}`).click();
          release();
          await expect.poll(() => results(page).count(), { timeout: 120_000 }).toBe(1);
        },
        also: ['large', 'contrast', 'pseudo', 'zoomed'],
      },
      {
        name: 'edit-history',
        reach: async ({ page }) => {
          await button(page, 'Keep as layer').click();
          await run(page, 'make the red ball blue', 1);
          await showPanel(page, 'History');
        },
        also: ['contrast', 'pseudo'],
      },
      {
        name: 'edit-history-menu',
        reach: ({ page }) => button(page, 'More for move the scene to the snow').click(),
      },
      {
        name: 'edit-layers',
        reach: async ({ page }) => {
          await page.keyboard.press('Escape');
          await button(page, 'Keep as layer').click();
          await showPanel(page, 'Layers');
          await expect.poll(() => layers(page).count()).toBe(3);
        },
        also: ['large', 'contrast', 'pseudo', 'zoomed'],
      },
      {
        name: 'unknown-words',
        reach: async ({ page }) => {
          await showPanel(page, 'Edit');
          await run(page, 'give the bicycle a moustache', 1);
          await page.getByText(/does not know/).waitFor();
        },
        also: ['pseudo'],
      },
    ],
  },
  {
    name: 'a photo and the embedded model',
    engine: 'real',
    states: [
      {
        name: 'photo-unfamiliar',
        reach: async ({ page, picture }) => {
          await openPicture(page, picture);
          await run(page, 'make the house blue', 1);
          await page.getByText(/unlike those/).waitFor();
        },
        also: ['contrast'],
      },
    ],
  },
  {
    name: 'several results',
    engine: { stepMs: 80 },
    holdAtRow: 9,
    states: [
      {
        name: 'long-name',
        reach: async ({ page, longNamed }) => {
          await openPicture(page, longNamed);
          await page.keyboard.press('Control+j');
          await expect.poll(() => page.title()).toContain('•');
        },
        also: ['pseudo', 'zoomed'],
      },
      {
        name: 'variants-streaming',
        reach: async ({ page }) => {
          await page.getByLabel('Results side by side').selectOption('4');
          await instruction(page).fill('swap day and dusk');
          await button(page, 'Run').click();
          await page.getByText(/^Row [89] of 16/).waitFor();
        },
      },
      {
        name: 'variants',
        reach: async ({ page, release }) => {
          release();
          await expect.poll(() => results(page).count()).toBe(4);
        },
        also: ['pseudo', 'zoomed'],
      },
      {
        name: 'compare',
        reach: async ({ page }) => {
          await button(page, 'Star result').click();
          await button(page, 'Compare with the picture before').click();
        },
      },
      {
        name: 'branch',
        reach: async ({ page }) => {
          await button(page, 'Compare with the picture before').click();
          await button(page, 'Keep the upper rows and go on').click();
          await page.getByRole('slider', { name: 'Rows that are kept' }).waitFor();
        },
        also: ['pseudo'],
      },
    ],
  },
  {
    name: 'tools',
    states: [
      opened('picture', ['large']),
      {
        name: 'selection',
        reach: async ({ page }) => {
          await page.keyboard.press('m');
          await drag(page, [0.42, 0.12], [0.58, 0.5]);
        },
        also: ['contrast', 'pseudo'],
      },
      {
        name: 'square',
        reach: async ({ page }) => {
          await page.keyboard.press('Control+d');
          await page.getByLabel('Part of the picture').selectOption('square');
        },
      },
      {
        name: 'advanced',
        reach: async ({ page }) => {
          for (const name of ['Advanced', 'Picture', 'Model']) await page.getByText(name, { exact: true }).click();
        },
        also: ['pseudo'],
      },
      {
        name: 'crop',
        reach: async ({ page }) => {
          await page.getByRole('application').focus();
          await page.keyboard.press('c');
        },
      },
      {
        name: 'paint',
        reach: async ({ page }) => {
          await page.keyboard.press('Escape');
          await showPanel(page, 'Layers');
          await page.keyboard.press('Control+Shift+l');
          await page.getByRole('application').focus();
          await page.keyboard.press('p');
          await drag(page, [0.3, 0.3], [0.45, 0.2], [0.6, 0.3]);
        },
        also: ['contrast', 'pseudo'],
      },
      {
        name: 'layer-mask',
        reach: async ({ page }) => {
          await button(page, 'Add mask').click();
          await drag(page, [0.4, 0.2], [0.5, 0.3]);
        },
      },
      { name: 'layer-menu', reach: ({ page }) => button(page, /^More for Layer/).click() },
      {
        name: 'no-panel',
        reach: async ({ page }) => {
          await page.keyboard.press('Escape');
          await page.keyboard.press('Control+\\');
        },
      },
    ],
  },
  {
    name: 'an edit that fails',
    engine: { failAtRow: 5 },
    states: [
      {
        name: 'failed',
        reach: async ({ page, picture }) => {
          await openPicture(page, picture);
          await instruction(page).fill('swap');
          await button(page, 'Run').click();
          await page
            .getByRole('alert')
            .getByText(/gave up/)
            .waitFor();
        },
        also: ['contrast', 'pseudo', 'zoomed'],
      },
    ],
  },
  {
    name: 'an engine that is gone',
    engine: { stepMs: 80 },
    holdAtRow: 6,
    states: [
      {
        name: 'engine-lost-editing',
        reach: async ({ page, picture, stop }) => {
          await openPicture(page, picture);
          await instruction(page).fill('swap');
          await button(page, 'Run').click();
          await page.getByText(/^Row [56] of 16/).waitFor();
          await stop();
          await page.getByText('Reconnecting…').first().waitFor();
        },
      },
    ],
  },
  {
    name: 'earlier instructions',
    states: [
      {
        name: 'instructions',
        reach: async ({ page, picture }) => {
          await openPicture(page, picture);
          await run(page, 'make the sky orange', 1);
          await run(page, 'swap day and dusk', 2);
          await button(page, 'Earlier instructions').click();
        },
      },
    ],
  },
];
