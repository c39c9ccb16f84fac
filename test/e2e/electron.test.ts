import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron } from 'playwright-core';
import type { ElectronApplication, Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { findElectron } from '../../build/electron-binary.mjs';
import { expectAccessible } from '../helpers/browser.ts';
import { button, instruction, results } from '../helpers/page.ts';
import { samples } from '../helpers/real-engine.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

function reasonToSkip(): string | undefined {
  if (findElectron() === undefined) return 'the Electron binary is not installed (npm start fetches it where it can)';
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  return process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY ? 'there is no display' : undefined;
}

const editMs = 240_000; // an edit on a machine that does much else
const reason = reasonToSkip();
if (reason) console.warn(`skipped the real Electron: ${reason}`);

/** The desktop program on data of its own. @param more arguments */
async function launch(...more: string[]): Promise<{ program: ElectronApplication; page: Page }> {
  const folder = temporaryFolder();
  const program = await _electron.launch({
    executablePath: findElectron(),
    args: [root, `--user-data-dir=${join(folder, 'shell')}`, ...more],
    env: { ...(process.env as Record<string, string>), EDITAR_DATA: folder },
  });
  onTestFinished(() => program.close());
  return { program, page: await program.firstWindow() };
}

test.skipIf(reason)(
  'the desktop program opens its window, isolated, and its engine edits a sample',
  async () => {
    const { page } = await launch();
    await page.getByRole('heading', { name: 'Open a picture to edit it' }).waitFor();
    await page.getByRole('status').getByText('engine', { exact: false }).waitFor({ state: 'detached' });
    expect(await page.evaluate('[typeof require, typeof process, location.origin, crossOriginIsolated]')).toEqual([
      ...['undefined', 'undefined', 'app://editar'],
      true,
    ]);
    await expectAccessible(page);
    await button(page, 'Open Winter').click();
    await instruction(page).fill('make the house blue');
    await button(page, 'Run').click();
    await expect.poll(() => results(page).count(), { timeout: editMs }).toBe(1);
  },
  300_000,
);

test.skipIf(reason)(
  'the desktop program opens the file it is started with, and its menu has the commands of the page',
  async () => {
    const { program, page } = await launch(join(samples, 'night.png'));
    await instruction(page).waitFor();
    const menus = await program.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.map(({ label }) => label));
    expect(menus).toEqual(expect.arrayContaining(['File', 'Edit', 'View', 'Layer']));
  },
);
