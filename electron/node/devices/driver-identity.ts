import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { hostname, release } from 'node:os';
import { delimiter, join } from 'node:path';

let known: Promise<string> | undefined;

/** Stands for this machine's graphics cards and their drivers: another one after an update, another one on another machine. Found out once,
 * from what the system has written down about them: opening a device to ask it would be what may crash. */
export function driverIdentity(): Promise<string> {
  known ??= describeDrivers().then((parts) => createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16));
  return known;
}

async function describeDrivers(): Promise<string[]> {
  const machine = [process.platform, release(), hostname()]; // macOS brings its drivers, so its release says them
  if (process.platform === 'linux') return [...machine, ...(await linuxDrivers())];
  if (process.platform === 'win32') return [...machine, ...(await windowsDrivers())];
  return machine;
}

/** NVIDIA's version, the cards, and the Vulkan drivers that are installed. */
async function linuxDrivers(): Promise<string[]> {
  const text = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
  const cards = (await namesIn('/sys/class/drm')).filter((name) => /^card\d+$/.test(name));
  const cardFiles = cards.flatMap((card) =>
    ['vendor', 'device'].map((name) => `/sys/class/drm/${card}/device/${name}`),
  );
  const manifests = await vulkanManifests();
  return await Promise.all([
    text('/proc/driver/nvidia/version'),
    ...cardFiles.map(text),
    ...manifests.map(fileVersion),
  ]);
}

/** Files that name Vulkan drivers; packages replace them with the drivers. */
async function vulkanManifests(): Promise<string[]> {
  const { VK_DRIVER_FILES, VK_ICD_FILENAMES } = process.env;
  const chosen = VK_DRIVER_FILES ?? VK_ICD_FILENAMES;
  if (chosen !== undefined) return chosen.split(delimiter);
  const folders = ['/etc', '/usr/share', '/usr/local/share'].map((folder) => join(folder, 'vulkan', 'icd.d'));
  const listed = await Promise.all(
    folders.map(async (folder) => (await namesIn(folder)).map((name) => join(folder, name))),
  );
  return listed.flat();
}

const namesIn = async (folder: string): Promise<string[]> => (await readdir(folder).catch((): string[] => [])).sort();

async function fileVersion(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return `${path} ${found?.size} ${found?.mtimeMs}`;
}

const displayAdapters = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}';

/** Names and driver versions of display adapters. */
const windowsDrivers = (): Promise<string[]> =>
  Promise.all(
    ['DriverDesc', 'DriverVersion'].map((value) => outputOf('reg', ['query', displayAdapters, '/s', '/v', value])),
  );

/** Whatever a program said, also where it failed at a part of what it was asked. */
const outputOf = (program: string, args: readonly string[]): Promise<string> =>
  new Promise((resolve) => execFile(program, args, { windowsHide: true }, (_error, stdout) => resolve(stdout)));
