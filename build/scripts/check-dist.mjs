// @ts-check
// Packages the program around a stand-in for Electron, without network: what is in the package and what is not, and whether the command line
// that is in it edits a picture. The configuration for the other systems is validated.
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const asar = require('@electron/asar');
const { getConfig, validateConfiguration } = require('app-builder-lib/out/util/config/config');
const { DebugLogger } = require('builder-util');
const root = fileURLToPath(new URL('../..', import.meta.url));
const configuration = 'build/electron-builder.mjs';

/** @param {string} what @param {string} command @param {string[]} args @param {Record<string, string>} [env] */
function run(what, command, args, env) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(`${what} failed:\n${error ?? ''}${stdout}${stderr}`);
}

/** As much of Electron as packaging looks at. Its program is this Node, which is what the command line makes of the real one.
 * @param {string} folder */
async function standIn(folder) {
  const { version } = require('electron/package.json');
  for (const name of ['locales', 'resources', 'empty']) await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, 'version'), version);
  await writeFile(join(folder, 'electron'), `#!/bin/sh\nexec '${process.execPath}' "$@"\n`);
  await chmod(join(folder, 'electron'), 0o755);
  for (const name of ['en-US', 'de']) await writeFile(join(folder, 'locales', `${name}.pak`), '');
  await asar.createPackage(join(folder, 'empty'), join(folder, 'resources', 'default_app.asar'));
}

/** Files of the program itself; of packages, what no program needs. */
const own =
  /^\/(package\.json|out\/((main|preload|engine|file-thread)\.cjs|cli\.mjs|renderer\/.+)|native-models\/packs\/.+)$/;
const icon = '/build/resources/icons/256x256.png';
const dead =
  /\.map$|\/onnxruntime-node\/bin\/napi-v\d+\/(?!linux\/)|\/zod\/src\/|\/node_modules\/(vitest|electron|svelte|vite)\//;

/** @param {string} archive */
function checkContent(archive) {
  const isFile = (/** @type {string} */ path) => !('files' in asar.statFile(archive, path.slice(1)));
  const files = asar.listPackage(archive, { isPack: false }).filter(isFile);
  const isOfPackages = (/** @type {string} */ path) => path.startsWith('/node_modules/');
  const stray = files.filter((/** @type {string} */ path) =>
    isOfPackages(path) ? dead.test(path) : path !== icon && (!own.test(path) || path.endsWith('.map')),
  );
  if (stray.length > 0) throw new Error(`these do not belong into the package:\n${stray.join('\n')}`);
  for (const path of [
    '/out/main.cjs',
    '/out/preload.cjs',
    '/out/renderer/index.html',
    '/out/renderer/licences.json',
    icon,
  ]) {
    if (!files.includes(path)) throw new Error(`${path} is missing in the package`);
  }
}

/** @param {string} folder to work in */
async function checkPackage(folder) {
  await standIn(join(folder, 'electron'));
  const options = [`-c.electronDist=${join(folder, 'electron')}`, `-c.directories.output=${join(folder, 'dist')}`];
  const builder = require.resolve('electron-builder/cli.js');
  run('packaging', process.execPath, [builder, '--config', configuration, '--linux', 'dir', ...options]);
  const packed = join(folder, 'dist', 'linux-unpacked');
  checkContent(join(packed, 'resources', 'app.asar'));
  const sample = join(root, 'native-models', 'packs', 'mini', 'samples', 'meadow.png');
  const [command, out] = [join(packed, 'resources', 'bin', 'editar'), join(folder, 'edited.png')];
  run(
    'an edit with the packaged command line',
    command,
    ['edit', sample, '-i', 'make it night', '-o', out, '--device', 'cpu'],
    {
      EDITAR_DATA: join(folder, 'data'),
    },
  );
  await stat(out);
}

await validateConfiguration(await getConfig(root, configuration, null), new DebugLogger(false));
process.stdout.write('the packaging configuration is valid\n');
if (process.platform === 'linux') {
  const folder = await mkdtemp(join(tmpdir(), 'editar-dist-'));
  try {
    await import('../build.mjs');
    await checkPackage(folder);
    process.stdout.write('the package holds what it needs and nothing else, and its command line edits\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
} else process.stdout.write('packaged was nothing: the stand-in for Electron is for Linux\n');
