import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { findElectron } from '../../../build/electron-binary.mjs';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

test.each([
  ['linux', 'electron'],
  ['darwin', 'Electron.app/Contents/MacOS/Electron'],
  ['win32', 'electron.exe'],
] as const)('an Electron that lies elsewhere is found on %s', (platform, name) => {
  const folder = temporaryFolder();
  vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(findElectron(platform)).toBeUndefined();
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), '');
  expect(findElectron(platform)).toBe(join(folder, name));
});
