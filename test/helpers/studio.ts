import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';
import type { HostedServices } from '../../electron/node/rpc/engine-services.ts';
import { startBrowserHost } from '../../electron/server/browser-host.ts';
import { builtPage, openPage } from './browser.ts';
import type { Theme } from './browser.ts';
import { button, chooseFile } from './page.ts';
import { createPaintingEngine } from './painting-engine.ts';
import type { PaintingSettings } from './painting-engine.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A lake under hills, painted here so that no picture needs a licence. */
async function landscape(folder: string): Promise<string> {
  const file = join(folder, 'lake at dusk.png');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="800">
    <defs>
      <linearGradient id="sky" x2="0" y2="1"><stop stop-color="#2f6fb3"/><stop offset="1" stop-color="#cfe3f2"/></linearGradient>
      <linearGradient id="lake" x2="0" y2="1"><stop stop-color="#7fb2d0"/><stop offset="1" stop-color="#17456b"/></linearGradient>
    </defs>
    <rect width="1200" height="520" fill="url(#sky)"/><circle cx="880" cy="170" r="64" fill="#fff3c4"/>
    <path d="M0 420 L210 240 L420 400 L640 210 L900 420 L1040 320 L1200 430 V540 H0Z" fill="#5a7391"/>
    <path d="M0 480 Q300 380 600 470 T1200 450 V540 H0Z" fill="#2f5a4a"/>
    <rect y="520" width="1200" height="280" fill="url(#lake)"/>
    <path d="M620 640 h120 l-24 34 h-72z" fill="#7a2f24"/><path d="M676 530 v104 l56 -14z" fill="#f4efe4"/>
  </svg>`;
  await sharp(Buffer.from(svg)).png().toFile(file);
  return file;
}

export interface Started {
  readonly page: Page;
  readonly picture: string;
  readonly stop: () => Promise<void>;
}

/** A page of its own with an engine of its own, both gone when the test ends. */
export async function startStudio(
  settings: Omit<PaintingSettings, 'folder'> = {},
  theme: Theme = 'dark',
): Promise<Started> {
  const folder = temporaryFolder();
  return await studioOn(await createPaintingEngine({ folder, ...settings }), folder, theme);
}

/** A page on these services, which end with it. @param folder to put the picture into */
export async function studioOn(
  hosted: HostedServices & AsyncDisposable,
  folder: string,
  theme: Theme = 'dark',
): Promise<Started> {
  const host = await startBrowserHost({ ...hosted, pageFolder: builtPage });
  const stop = async () => {
    await host[Symbol.asyncDispose]();
    await hosted[Symbol.asyncDispose]();
  };
  onTestFinished(stop);
  const page = await openPage(host.address, theme);
  return { page, picture: await landscape(folder), stop };
}

/** As a person does, from the welcome screen. */
export async function openPicture(page: Page, picture: string): Promise<void> {
  await chooseFile(page, () => button(page, 'Open a picture…').click(), picture);
  await page.getByRole('img', { name: /The picture/ }).waitFor();
}

/** What the canvas shows at a point of it, each from 0 to 1. Read from a screenshot: the page itself never reads its canvas. */
export async function colourAt(page: Page, x: number, y: number): Promise<number[]> {
  const shot = await page.getByRole('application').screenshot();
  const { width, height } = await sharp(shot).metadata();
  const region = { left: Math.floor(x * width), top: Math.floor(y * height), width: 1, height: 1 };
  return [...(await sharp(shot).removeAlpha().extract(region).raw().toBuffer())];
}

export const isBlue = ([red, , blue]: number[]): boolean => blue > red + 40;
export const isOrange = ([red, , blue]: number[]): boolean => red > blue + 40;
