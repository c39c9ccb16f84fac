// @ts-check
// Finds the Electron binary, and fetches it where it is missing. `require('electron')` would download it silently, so it is never used.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const stallMs = 30_000;

const electronFolder = () => dirname(require.resolve('electron/package.json'));

/** Where the executable is in an unpacked Electron. */
const nameOf = (/** @type {NodeJS.Platform} */ platform) =>
  platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : platform === 'win32' ? 'electron.exe' : 'electron';

/** @param {NodeJS.Platform} [platform]
 * @returns {string | undefined} the executable, where it is installed */
export function findElectron(platform = process.platform) {
  const pathFile = join(electronFolder(), 'path.txt');
  const overridden = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : undefined;
  if (overridden) return [join(overridden, name ?? nameOf(platform))].find((path) => existsSync(path));
  return name === undefined ? undefined : [join(electronFolder(), 'dist', name)].find((path) => existsSync(path));
}

/** Downloads and unpacks the binary, telling every tenth of the way.
 * @param {(line: string) => void} tell
 * @returns {Promise<string>} the executable
 * @throws {Error} with the reason in one line */
export async function fetchElectron(tell) {
  const { downloadArtifact } = await import('@electron/get');
  const { version } = require('electron/package.json');
  const abort = new AbortController();
  const stalled = () => abort.abort(new Error(`no data for ${stallMs / 1000} s`));
  let timer = setTimeout(stalled, stallMs);
  let told = 0;
  try {
    await Promise.race([
      downloadArtifact({
        version,
        artifactName: 'electron',
        platform: process.platform,
        arch: process.arch,
        checksums: require('electron/checksums.json'),
        cacheRoot: process.env.electron_config_cache,
        downloadOptions: {
          quiet: true,
          signal: abort.signal,
          getProgressCallback: async (/** @type {{percent: number}} */ { percent }) => {
            clearTimeout(timer);
            timer = setTimeout(stalled, stallMs);
            const tenth = Math.floor(percent * 10);
            if (tenth > told) tell(`${tenth * 10} %`);
            told = Math.max(told, tenth);
          },
        },
      }),
      // The library retries by itself for a while; a person should not wait for that.
      new Promise((_, reject) => abort.signal.addEventListener('abort', () => reject(abort.signal.reason))),
    ]);
  } catch (error) {
    throw new Error(firstLine(error), { cause: error });
  } finally {
    clearTimeout(timer);
  }
  return unpack();
}

/** Electron's own installer takes the archive from the cache. */
function unpack() {
  const { status, stderr } = spawnSync(process.execPath, [join(electronFolder(), 'install.js')], { encoding: 'utf8' });
  const executable = findElectron();
  if (status !== 0 || executable === undefined) throw new Error(`it could not be unpacked: ${firstLine(stderr)}`);
  return executable;
}

const firstLine = (/** @type {unknown} */ error) => {
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
  const text = error instanceof Error ? error.message : String(error);
  return (text + cause).trim().split('\n')[0];
};
