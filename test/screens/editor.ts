import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { button, drag, instruction, layers, results, runFromPalette, showPanel } from '../helpers/page.ts';
import { openPicture } from '../helpers/studio.ts';
import type { Screen } from './stage.ts';

async function run(page: Page, words: string, count: number): Promise<void> {
  await instruction(page).fill(words);
  await button(page, 'Run').click();
  await expect.poll(() => results(page).count(), { timeout: 120_000 }).toBe(count);
}

/** A picture that is open, and what is done to it. */
export const editorScreens: readonly Screen[] = [
  {
    name: 'an edit with the embedded model',
    engine: 'real',
    holdAtRow: 9,
    states: [
      {
        name: 'edit-picture',
        shows: 'A sample and an instruction, with what the model sees of it',
        reach: async ({ page }) => {
          await button(page, 'Open Meadow').click();
          await instruction(page).fill('move the scene to the snow');
        },
        also: ['large', 'contrast', 'pseudo', 'zoomed'],
      },
      {
        name: 'edit-streaming',
        shows: 'Rows appear over the picture while they are decoded',
        reach: async ({ page, held }) => {
          await button(page, 'Run').click();
          await held;
        },
        also: ['large', 'contrast'],
      },
      {
        name: 'edit-queue',
        shows: 'Two edits wait for the one that runs',
        reach: async ({ page }) => {
          for (const words of ['make the red ball blue', 'remove the tree']) {
            await instruction(page).fill(words);
            await page.keyboard.press('Enter');
          }
          await button(page, '2 edits wait').click();
        },
        also: ['pseudo'],
      },
      {
        name: 'edit-result',
        shows: 'A result that nobody has decided on yet',
        reach: async ({ page, release }) => {
          for (const words of ['make the red ball blue', 'remove the tree'])
            await button(page, `Remove: ${words}`).click();
          release();
          await expect.poll(() => results(page).count(), { timeout: 120_000 }).toBe(1);
        },
        also: ['large', 'small', 'contrast', 'pseudo', 'zoomed'],
      },
      {
        name: 'edit-history',
        shows: 'The history of edits, each with its recipe',
        reach: async ({ page }) => {
          await button(page, 'Keep as layer').click();
          await run(page, 'make the red ball blue', 1);
          await showPanel(page, 'History');
        },
        also: ['contrast', 'pseudo'],
      },
      {
        name: 'edit-history-menu',
        shows: 'What can be done with an edit of the history',
        reach: ({ page }) => button(page, 'More for move the scene to the snow').click(),
      },
      {
        name: 'edit-layers',
        shows: 'Two results kept as layers, with their masks',
        reach: async ({ page }) => {
          await page.keyboard.press('Escape');
          await button(page, 'Keep as layer').click();
          await showPanel(page, 'Layers');
          await expect.poll(() => layers(page).count()).toBe(3);
        },
        also: ['large', 'small', 'contrast', 'pseudo', 'zoomed'],
      },
      {
        name: 'edit-recipe',
        shows: 'The recipe of a layer, changed and run again: its result in the place of the layer',
        reach: async ({ page }) => {
          await button(page, 'More for move the scene to the snow').click();
          await page.getByRole('menuitem', { name: 'Edit recipe' }).click();
          await run(page, 'move the scene to the desert', 1);
          await instruction(page).fill('move the scene to the sea');
        },
        also: ['large', 'small', 'contrast', 'pseudo', 'zoomed'],
      },
      {
        name: 'unknown-words',
        shows: 'Words the model does not know',
        reach: async ({ page }) => {
          await button(page, 'Discard').click();
          await button(page, 'Use the present picture').click();
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
        shows: 'A photo unlike those the model knows',
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
        shows: 'A file with a long name and unsaved changes',
        reach: async ({ page, longNamed }) => {
          await openPicture(page, longNamed);
          await page.keyboard.press('Control+j');
          await expect.poll(() => page.title()).toContain('•');
        },
        also: ['pseudo', 'zoomed'],
      },
      {
        name: 'variants-streaming',
        shows: 'Four results of one edit are decoded side by side',
        reach: async ({ page }) => {
          await page.getByLabel('Results side by side').selectOption('4');
          await instruction(page).fill('swap day and dusk');
          await button(page, 'Run').click();
          await page.getByText(/^Row [89] of 16/).waitFor();
        },
      },
      {
        name: 'variants',
        shows: 'Four results to choose from',
        reach: async ({ page, release }) => {
          release();
          await expect.poll(() => results(page).count()).toBe(4);
        },
        also: ['small', 'pseudo', 'zoomed'],
      },
      {
        name: 'compare',
        shows: 'A starred result and the picture before it, on both sides of a slider',
        reach: async ({ page }) => {
          await button(page, 'Star result').click();
          await button(page, 'Compare with the picture before').click();
        },
      },
      {
        name: 'branch',
        shows: 'Upper rows to keep, from which another result goes on',
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
      {
        name: 'picture',
        shows: 'A photo that has just been opened',
        reach: ({ page, picture }) => openPicture(page, picture),
        also: ['large'],
      },
      {
        name: 'selection',
        shows: 'A rectangle is selected: the model sees what lies around it',
        reach: async ({ page }) => {
          await page.keyboard.press('m');
          await drag(page, [0.42, 0.12], [0.58, 0.5]);
        },
        also: ['contrast', 'pseudo'],
      },
      {
        name: 'square',
        shows: 'A square, placed by hand, that the model will see',
        reach: async ({ page }) => {
          await page.keyboard.press('Control+d');
          await page.getByLabel('Part of the picture').selectOption('square');
        },
      },
      {
        name: 'advanced',
        shows: 'Advanced sampling, facts of the picture and of the model',
        reach: async ({ page }) => {
          for (const name of ['Advanced', 'Picture', 'Model']) await page.getByText(name, { exact: true }).click();
        },
        also: ['pseudo'],
      },
      {
        name: 'crop',
        shows: 'The crop tool',
        reach: async ({ page }) => {
          await page.getByLabel('Part of the picture').selectOption('auto');
          await page.getByRole('application').focus();
          await page.keyboard.press('c');
        },
      },
      {
        name: 'paint',
        shows: 'The paint brush on a new layer',
        reach: async ({ page }) => {
          await page.keyboard.press('Escape');
          await showPanel(page, 'Layers');
          await page.keyboard.press('Control+Shift+l');
          await page.getByRole('application').focus();
          await page.keyboard.press('p');
          await page.locator('input[type="color"]').fill('#f2b84b');
          await drag(page, [0.3, 0.3], [0.45, 0.2], [0.6, 0.3]);
        },
        also: ['small', 'contrast', 'pseudo'],
      },
      {
        name: 'layer-mask',
        shows: 'Painting on a mask hides parts of a layer',
        reach: async ({ page }) => {
          await button(page, 'Add mask').click();
          await expect.poll(() => page.getByRole('radio', { name: 'Hide' }).count()).toBe(1);
          await drag(page, [0.4, 0.2], [0.5, 0.3]);
        },
      },
      {
        name: 'layer-menu',
        shows: 'What can be done with a layer',
        reach: ({ page }) => button(page, /^More for Layer/).click(),
      },
      {
        name: 'move-layers',
        shows: 'Two layers are selected and moved together',
        reach: async ({ page }) => {
          await page.keyboard.press('Escape');
          await page.keyboard.press('Control+Shift+l');
          await page.keyboard.press('Alt+[');
          await page
            .getByRole('list', { name: 'Layers' })
            .locator('button[data-row]')
            .first()
            .click({ modifiers: ['Shift'] });
          await page.keyboard.press('v');
          await drag(page, [0.5, 0.25], [0.55, 0.4]);
        },
        also: ['large', 'small', 'pseudo'],
      },
      {
        name: 'steps',
        shows: 'All steps that can be undone, and one that was',
        reach: async ({ page }) => {
          await button(page, /^Undo/).click();
          await button(page, 'All steps').click();
        },
      },
      {
        name: 'drop',
        shows: 'A file is dragged over the picture: it is added as a layer or opened',
        reach: async ({ page }) => {
          await page.keyboard.press('Escape');
          await page.evaluate('document.activeElement.blur()'); // or its tooltip would be seen
          const transfer = await page.evaluateHandle(
            `(() => { const all = new DataTransfer(); all.items.add(new File(['x'], 'a.png')); return all; })()`,
          );
          await page.getByRole('application').dispatchEvent('dragover', { dataTransfer: transfer });
          await page.getByText('Add as a layer').dispatchEvent('dragenter', { dataTransfer: transfer });
        },
        also: ['large'],
      },
      {
        name: 'no-panel',
        shows: 'Without the side panel',
        reach: async ({ page }) => {
          await page.getByRole('application').dispatchEvent('dragleave');
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
        shows: 'An edit failed: what happened, what was kept, what to do',
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
        shows: 'The engine was lost during an edit',
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
        shows: 'Earlier instructions, to be searched',
        reach: async ({ page, picture }) => {
          await openPicture(page, picture);
          await run(page, 'make the sky orange', 1);
          await run(page, 'swap day and dusk', 2);
          await button(page, 'Earlier instructions').click();
        },
      },
    ],
  },
  {
    name: 'selections and nothing around the picture',
    states: [
      {
        name: 'snap-layer',
        shows: 'A layer snaps to the middle of the picture while it is moved',
        reach: async ({ page, picture }) => {
          await openPicture(page, picture);
          await showPanel(page, 'Layers');
          await page.keyboard.press('m');
          await drag(page, [0.52, 0.4], [0.68, 0.6]);
          await page.keyboard.press('Control+j');
          await expect.poll(() => layers(page).count()).toBe(2);
          await page.keyboard.press('Control+d');
          await page.keyboard.press('v');
          const box = (await page.getByRole('application').boundingBox())!;
          await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.5);
          await page.mouse.down();
        },
        pointerOn: (page) => page.getByRole('application'), // its middle
      },
      {
        name: 'saved-selections',
        shows: 'Selections that are saved in the project',
        reach: async ({ page }) => {
          await page.mouse.up();
          await page.keyboard.press('m');
          await drag(page, [0.35, 0.3], [0.5, 0.5]);
          for (const number of [1, 2]) {
            await button(page, 'Saved selections').click();
            await page.getByRole('menuitem', { name: 'Save selection' }).click();
            await page.getByText(`Saved as “Selection ${number}”`).waitFor();
            await page.keyboard.press('Control+i');
          }
          await runFromPalette(page, 'Saved selections');
          await page.getByRole('dialog', { name: 'Saved selections' }).waitFor();
        },
        also: ['contrast', 'pseudo'],
      },
      {
        name: 'saved-selections-menu',
        shows: 'The same as a menu of the selecting tools',
        reach: async ({ page }) => {
          await page.keyboard.press('Escape');
          await button(page, 'Saved selections').click();
        },
      },
      {
        name: 'paint-colours',
        shows: 'The brush and its two colours',
        reach: async ({ page }) => {
          await page.keyboard.press('Escape');
          await page.getByRole('application').focus();
          for (const key of ['Control+d', 'p', 'd']) await page.keyboard.press(key);
        },
        also: ['small', 'pseudo'],
      },
      {
        name: 'only-picture',
        shows: 'Nothing but the picture',
        reach: async ({ page }) => {
          await page.keyboard.press('f');
          await page.getByRole('toolbar', { name: 'Tools' }).waitFor({ state: 'detached' });
        },
        also: ['large', 'small', 'contrast'],
      },
    ],
  },
];
