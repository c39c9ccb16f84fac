import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';

const name = 'editar-studio';

/** Folder for what the program keeps: models, settings, journals. `EDITAR_DATA` puts it elsewhere. */
export function userDataFolder(
  platform: NodeJS.Platform = process.platform,
  env: Readonly<Record<string, string | undefined>> = process.env,
  home = homedir(),
): string {
  if (env.EDITAR_DATA) return env.EDITAR_DATA;
  if (platform === 'win32') {
    return win32.join(env.LOCALAPPDATA ?? win32.join(home, 'AppData', 'Local'), name, 'Data');
  }
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support', name);
  return posix.join(env.XDG_DATA_HOME || posix.join(home, '.local', 'share'), name);
}
