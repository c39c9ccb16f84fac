import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron } from 'playwright-core';
import { expect, test } from 'vitest';
import { findElectron } from '../../build/electron-binary.mjs';
import { expectAccessible } from '../helpers/browser.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

function reasonToSkip(): string | undefined {
  if (findElectron() === undefined) return 'the Electron binary is not installed (npm start fetches it where it can)';
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  return process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY ? 'there is no display' : undefined;
}

const reason = reasonToSkip();
if (reason) console.warn(`skipped the real Electron: ${reason}`);

test.skipIf(reason)('the desktop program opens its window, isolated, and reaches its engine', async () => {
  const folder = temporaryFolder();
  const program = await _electron.launch({
    executablePath: findElectron(),
    args: [root, `--user-data-dir=${join(folder, 'shell')}`],
    env: { ...(process.env as Record<string, string>), EDITAR_DATA: folder },
  });
  try {
    const page = await program.firstWindow();
    await page.getByRole('heading', { name: 'Open a picture to edit it' }).waitFor();
    await page.getByRole('status').getByText('engine', { exact: false }).waitFor({ state: 'detached' });
    expect(await page.evaluate('[typeof require, typeof process, location.origin]')).toEqual([
      'undefined',
      'undefined',
      'app://editar',
    ]);
    await expectAccessible(page);
  } finally {
    await program.close();
  }
});
