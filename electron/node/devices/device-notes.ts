import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { DeviceGuard, DeviceUse } from '#models/api';
import { deviceUses } from '#common/contract/devices.ts';
import type { LeftOutDevice } from '#common/contract/devices.ts';
import type { DeviceName } from '#common/contract/edit-request.ts';
import { zDeviceName } from '#common/contract/edit-request.ts';
import { writeAtomically } from '../images/atomic-write.ts';
import { isRunning, ownIdentity } from '../processes.ts';
import { driverIdentity } from './driver-identity.ts';

/** What is written down before a device is used. */
const zNote = z.object({
  device: zDeviceName,
  use: z.enum(deviceUses),
  at: z.iso.datetime(),
  program: z.string(), // version
  driver: z.string(), // as `driverIdentity` tells it
  pid: z.int().positive(),
  start: z.string(), // of the process
});
type Note = z.infer<typeof zNote>;
interface FoundNote extends Note {
  readonly path: string;
}

/** A self-test is over in a moment, so what died meanwhile died of it; at work a process may also be killed, or run out of memory. */
const tolerated: Readonly<Record<DeviceUse, number>> = { 'self-test': 0, work: 1 };
const forgottenAfterMs = 7 * 24 * 3600 * 1000; // of deaths at work

export interface DeviceNotesConfig {
  readonly folder: string; // of the notes alone; made with the first
  readonly version: string; // of the program
  readonly driver?: () => Promise<string>; // default: this machine's
  readonly now?: () => Date;
}

/** Notes on devices in use, in a folder that all processes of the program share. A note whose process has died is a device that stopped the
 * program. Where nothing can be written nobody is suspected, and the devices are used as if there were no notes. */
export class DeviceNotes implements DeviceGuard {
  readonly #config: Required<DeviceNotesConfig>;

  constructor(config: DeviceNotesConfig) {
    this.#config = { driver: driverIdentity, now: () => new Date(), ...config };
  }

  async objection(device: DeviceName): Promise<string | undefined> {
    const found = (await this.leftOut()).find((leftOut) => leftOut.device === device);
    return found && inWords(found);
  }

  async begin(device: DeviceName, use: DeviceUse): Promise<AsyncDisposable> {
    if (device === 'cpu') return { [Symbol.asyncDispose]: () => Promise.resolve() }; // there is nothing to use instead
    const { folder, version: program, now } = this.#config;
    const note = { device, use, at: now().toISOString(), program, driver: await this.#config.driver() };
    const name = `${device.replace(':', '-')}-${randomBytes(6).toString('hex')}.json`;
    const path = join(folder, name);
    goesWithTheProcess(path);
    try {
      await mkdir(folder, { recursive: true });
      await writeAtomically(path, [Buffer.from(JSON.stringify({ ...note, ...(await ownIdentity()) } satisfies Note))]);
    } catch {
      // a folder that cannot be written into, or a full disk, keeps nobody from working
    }
    return { [Symbol.asyncDispose]: () => remove(path) };
  }

  /** Devices that are left out now. */
  async leftOut(): Promise<LeftOutDevice[]> {
    const { version, driver } = this.#config;
    const all = await this.#ofTheDead();
    const current = await driver();
    const told = withoutBystanders(all).filter((note) => note.program === version && note.driver === current);
    return [...new Set(told.map(({ device }) => device))].flatMap((device) => leftOutFor(device, told) ?? []);
  }

  /** Forgets what a device did, whatever its driver was. */
  async tryAgain(device: DeviceName): Promise<void> {
    const notes = (await this.#ofTheDead()).filter((note) => note.device === device);
    await Promise.all(notes.map(({ path }) => remove(path)));
  }

  async #ofTheDead(): Promise<FoundNote[]> {
    const { folder, now } = this.#config;
    const names = await readdir(folder).catch((): string[] => []);
    const found: FoundNote[] = [];
    for (const name of names.filter((one) => one.endsWith('.json')).sort()) {
      const path = join(folder, name);
      const note = zNote.safeParse(parseJson(await readFile(path, 'utf8').catch(() => ''))).data;
      if (!note || (await isRunning(note))) continue;
      const isOld = note.use === 'work' && now().getTime() - Date.parse(note.at) > forgottenAfterMs;
      if (isOld) await remove(path);
      else found.push({ ...note, path });
    }
    return found;
  }
}

/** Where a process died in the self-test of one device, others that it worked on are not to blame. */
const withoutBystanders = (notes: readonly FoundNote[]): FoundNote[] =>
  notes.filter(
    ({ use, pid, start }) =>
      use === 'self-test' ||
      !notes.some((other) => other.use === 'self-test' && other.pid === pid && other.start === start),
  );

function leftOutFor(device: DeviceName, notes: readonly Note[]): LeftOutDevice | undefined {
  for (const use of deviceUses) {
    const dates = notes.filter((note) => note.device === device && note.use === use).map(({ at }) => at);
    if (dates.length > tolerated[use]) return { device, use, times: dates.length, at: dates.sort().at(-1)! };
  }
  return undefined;
}

function inWords({ device, use, times, at }: LeftOutDevice): string {
  const date = at.slice(0, 10);
  const what =
    use === 'self-test'
      ? `it stopped the program when it was last opened, on ${date}`
      : `it stopped the program ${times} times at work, last on ${date}`;
  return `${what}; it is left out until you try it again (Settings, Editing, or: editar devices --try-again ${device}) or its driver changes`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const ownNotes = new Set<string>(); // paths
let isWatched = false;

/** A process that ends by itself, for whatever reason, has not been stopped by a device. */
function goesWithTheProcess(path: string): void {
  if (!isWatched) process.once('exit', removeOwnNotes);
  isWatched = true;
  ownNotes.add(path);
}

/** For ends of the process that nobody is told of. */
export function removeOwnNotes(): void {
  for (const path of ownNotes) {
    try {
      rmSync(path, { force: true });
    } catch {
      // the folder has become read-only: the person can try the device again
    }
  }
}

async function remove(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
  ownNotes.delete(path);
}
