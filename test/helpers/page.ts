import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

// What a person finds and does on the page, for tests of every screen.

export const button = (page: Page, name: string | RegExp): Locator => page.getByRole('button', { name, exact: true });
export const inDialog = (page: Page, name: string): Locator =>
  page.getByRole('dialog').getByRole('button', { name, exact: true });
export const instruction = (page: Page): Locator => page.getByLabel('What to change');
export const results = (page: Page): Locator => page.getByRole('listbox', { name: 'Results' }).getByRole('option');
export const layers = (page: Page): Locator => page.getByRole('list', { name: 'Layers' }).getByRole('listitem');
export const showPanel = (page: Page, name: string): Promise<void> => page.getByRole('tab', { name }).click();

/** Does what opens the system's dialog for files, and chooses one. The browser is told of it first and answers when it knows, or the
 * dialog of a key pressed at once would pass unheard. */
export async function chooseFile(page: Page, action: () => Promise<void>, file: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.evaluate('undefined');
  await action();
  await (await chooser).setFiles(file);
}

/** Does something that downloads, and keeps the file under the name it was given. @returns its path */
export async function downloaded(page: Page, action: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), action()]);
  const path = join(temporaryFolder(), download.suggestedFilename());
  await download.saveAs(path);
  return path;
}

/** Drags across the canvas. Places are shares of its size. */
export async function drag(page: Page, ...points: readonly (readonly [x: number, y: number])[]): Promise<void> {
  const box = (await page.getByRole('application').boundingBox())!;
  const [first, ...others] = points.map(([x, y]) => [box.x + box.width * x, box.y + box.height * y] as const);
  await page.mouse.move(...first!);
  await page.mouse.down();
  for (const point of others) await page.mouse.move(...point, { steps: 8 });
  await page.mouse.up();
}

/** The name of what has the focus, as it is written there. Run in the page. */
const nameOfFocus = `(({ ariaLabel, labels, innerText }) => (ariaLabel ?? labels?.[0]?.innerText ?? innerText).trim())(
  document.activeElement)`;

/** Moves the focus by Tab until it is on what has this name. */
export async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; (await page.evaluate<string>(nameOfFocus)) !== name; presses++) {
    if (presses > 100) throw new Error(`“${name}” is not reached by Tab`);
    await page.keyboard.press('Tab');
  }
}

/** Finds a command by its name and runs it, from the keyboard. */
export async function runFromPalette(page: Page, command: string): Promise<void> {
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Commands' });
  await palette.waitFor();
  await page.keyboard.type(command);
  await expect.poll(() => palette.getByRole('option', { selected: true }).innerText()).toContain(command);
  await page.keyboard.press('Enter');
  await palette.waitFor({ state: 'detached' });
}
