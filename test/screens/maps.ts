import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { button, chooseFile, drag, results } from '../helpers/page.ts';
import { samples } from '../helpers/real-engine.ts';
import { openPicture } from '../helpers/studio.ts';
import type { Screen } from './stage.ts';

const press = (page: Page, name: string) => button(page, name).click();
const isReady = (page: Page) => page.getByText('Ready to paint from.').waitFor();

/** The workbench for condition maps, with the embedded model and the map networks that come with the program. */
export const mapScreens: readonly Screen[] = [
  {
    name: 'maps',
    engine: 'real',
    states: [
      {
        name: 'maps-none',
        shows: 'The workbench before there is a map',
        reach: async ({ page }) => {
          await page.getByText('Try it on a sample').waitFor();
          await page.keyboard.press('Control+Shift+M');
          await page.getByRole('group', { name: 'Kind of map' }).waitFor();
        },
        also: ['pseudo', 'zoomed'],
      },
      {
        name: 'maps-canny',
        shows: 'Edges over their picture',
        reach: async ({ page }) => {
          await page.keyboard.press('Control+Shift+M');
          await openPicture(page, join(samples, 'meadow.png'));
          await page.keyboard.press('Control+Shift+M');
          await press(page, 'Find edges');
          await isReady(page);
        },
        also: ['large', 'small', 'contrast', 'pseudo', 'zoomed'],
      },
      {
        name: 'maps-canny-drawn',
        shows: 'A line was drawn into the edges',
        reach: async ({ page }) => {
          await press(page, 'Line');
          await drag(page, [0.45, 0.45], [0.55, 0.55]);
        },
      },
      {
        name: 'maps-painted',
        shows: 'A picture painted from edges, and how well it keeps to them',
        reach: async ({ page }) => {
          await page.getByLabel('What the picture shows').fill('a red ball and a yellow house in the field');
          await press(page, 'Paint');
          await expect.poll(() => results(page).count(), { timeout: 120_000 }).toBe(1);
          await press(page, 'Compare with the map');
          await page.getByText(/^Found by/).waitFor();
        },
        also: ['contrast', 'pseudo'],
      },
      {
        name: 'maps-depth',
        shows: 'A depth map beside its picture',
        reach: async ({ page }) => {
          await press(page, 'Discard');
          await press(page, 'Depth');
          await press(page, 'Find with Scene depth');
          await isReady(page);
          await page.getByLabel('View').selectOption('beside');
        },
        also: ['large', 'contrast', 'pseudo'],
      },
      {
        name: 'maps-classes',
        shows: 'Classes beside their picture',
        reach: async ({ page }) => {
          await press(page, 'Classes');
          await press(page, 'Find with Scene segmentation');
          await isReady(page);
        },
        also: ['large', 'contrast', 'pseudo', 'zoomed'],
      },
      {
        name: 'maps-class-list',
        shows: 'The classes of a map: shares, colours, names',
        reach: async ({ page }) => {
          await button(page, 'Paint with rendered house').scrollIntoViewIfNeeded();
          await button(page, 'Rename rendered house').click();
        },
        also: ['contrast'],
      },
      {
        name: 'maps-off-palette',
        shows: 'Pixels in no colour of the palette, as a heat map',
        reach: async ({ page }) => {
          await page.keyboard.press('Escape');
          await chooseFile(page, () => press(page, 'Open map…'), join(samples, 'meadow.png'));
          await page.getByText(/are in no colour of the palette/).waitFor();
          await page.getByLabel('Colours').selectOption('heat');
        },
      },
    ],
  },
];
