import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import type { Theme } from './browser.ts';
import { button } from './page.ts';
import { startStudio } from './studio.ts';

export const rows = (page: Page) => page.getByRole('grid', { name: 'Pictures of the batch' }).getByRole('row');
export const row = (page: Page, name: string) => rows(page).filter({ hasText: name });

/** A hill in another light each time, so that pictures can be told apart. */
export async function photo(number: number, width = 480, height = 320): Promise<Buffer> {
  const hue = (number * 47) % 360;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="100%" height="100%" fill="hsl(${hue} 60% 72%)"/>
    <circle cx="${80 + ((number * 60) % 320)}" cy="90" r="36" fill="hsl(${hue + 50} 90% 85%)"/>
    <path d="M0 ${height} L${width * 0.35} 140 L${width * 0.6} 230 L${width * 0.8} 170 L${width} ${height}Z" fill="hsl(${hue + 180} 30% 35%)"/>
  </svg>`;
  return await sharp(Buffer.from(svg)).jpeg({ quality: 90 }).toBuffer();
}

/** A page, and a folder of photos it may choose. */
export async function startWithPhotos(count: number, settings: Parameters<typeof startStudio>[0] = {}, theme?: Theme) {
  const studio = await startStudio(settings, theme);
  const photos = join(dirname(studio.picture), 'Summer trip');
  mkdirSync(photos);
  for (let i = 1; i <= count; i++)
    await writeFile(join(photos, `DSC_${String(i).padStart(4, '0')}.jpg`), await photo(i));
  return { ...studio, photos, results: join(photos, 'edited') };
}

export async function chooseFolder(page: Page): Promise<void> {
  await button(page, 'Batch').click();
  await button(page, 'Choose a folder…').click();
  await button(page, 'Open folder Summer trip').click();
  await page
    .getByRole('dialog')
    .getByText(/Summer trip$/)
    .waitFor();
}

export async function openBatch(page: Page, words?: string): Promise<void> {
  await chooseFolder(page);
  await button(page, 'Use this folder').click();
  await rows(page).nth(1).waitFor();
  if (words !== undefined) await page.getByLabel('What to change').fill(words);
}
