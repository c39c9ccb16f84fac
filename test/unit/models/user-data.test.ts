import { expect, test } from 'vitest';
import { userDataFolder } from '#node/models/user-data.ts';

test.each([
  ['linux', {}, '/home/me/.local/share/editar-studio'],
  ['linux', { XDG_DATA_HOME: '/data' }, '/data/editar-studio'],
  ['darwin', {}, '/home/me/Library/Application Support/editar-studio'],
  ['win32', { LOCALAPPDATA: 'C:\\Local' }, 'C:\\Local\\editar-studio\\Data'],
  ['linux', { EDITAR_DATA: '/elsewhere', XDG_DATA_HOME: '/data' }, '/elsewhere'],
] as const)('on %s with %o it is %s', (platform, env, folder) => {
  expect(userDataFolder(platform, env, '/home/me')).toBe(folder);
});
