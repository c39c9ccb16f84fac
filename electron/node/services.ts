import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  availableMemory,
  exitAtOnce as exitNow,
  findDevices,
  guardedProbe,
  modelMemory,
  openModel,
  tryDevices,
} from '#models';
import type { TriedDevice } from '#models';
import type { DeviceGuard } from '#models/api';
import type { LeftOutDevice } from '#common/contract/devices.ts';
import type { DeviceName } from '#common/contract/edit-request.ts';
import { DeviceNotes, removeOwnNotes } from './devices/device-notes.ts';
import { Engine } from './engine/engine.ts';
import type { OpenModel } from './engine/opened-models.ts';
import { createLog } from './log/log.ts';
import { ModelLibrary } from './models/model-library.ts';
import { userDataFolder } from './models/user-data.ts';
import { SettingsFile } from './settings/settings-file.ts';

const zProgram = z.object({ version: z.string(), dependencies: z.object({ 'onnxruntime-node': z.string() }) });

/** Ends the process without waiting for native code at work, and leaves no device under suspicion. */
export function exitAtOnce(code: number): Promise<never> {
  removeOwnNotes();
  return exitNow(code);
}

/** What the program says of itself. */
export interface Program {
  readonly version: string;
  readonly onnxruntime: string;
}

/** What distinguishes one host from another. */
export interface ServicesConfig {
  readonly programFolder: string; // holds package.json and native-models/packs
  readonly dataFolder?: string; // default: the user's folder for this program
  readonly openModel?: OpenModel; // default: the real one
}

/** Devices that models can run on. */
export interface Devices {
  /** Every graphics card that passes its self-test, else the processor. */
  find(): Promise<readonly DeviceName[]>;
  /** All there are, tried now, with what keeps them from being used. */
  tryAll(): Promise<readonly TriedDevice[]>;
  /** Those that stopped the program and are not used for it. */
  leftOut(): Promise<readonly LeftOutDevice[]>;
  /** Lets a device be used again that was left out, from the next model on that is opened. */
  tryAgain(device: DeviceName): Promise<void>;
  /** Bytes of this machine's memory that a model takes while it works. @param pack folder @throws ModelError */
  memoryOf(pack: string, device: DeviceName): Promise<number>;
  /** Bytes this machine can still give. */
  free(): number;
}

/** Everything a host offers to the person in front of it. */
export interface Services extends AsyncDisposable {
  readonly program: Program;
  readonly library: ModelLibrary;
  readonly engine: Engine;
  /** One more, with a queue and a model of its own, for work on another device. Whoever asks for it disposes it. */
  readonly anotherEngine: () => Engine;
  readonly devices: Devices;
  readonly guard: DeviceGuard;
  readonly dataFolder: string;
  readonly fileThread: string; // program that works with files on a thread of its own
  readonly settings: SettingsFile;
}

/** Puts the program together: the only place that knows how its parts depend on each other. */
export async function createServices(config: ServicesConfig): Promise<Services> {
  const program = await readProgram(config.programFolder);
  const dataFolder = config.dataFolder ?? userDataFolder();
  const library = new ModelLibrary({
    embedded: join(config.programFolder, 'native-models', 'packs'),
    user: join(dataFolder, 'packs'),
  });
  const log = createLog();
  const { version } = program;
  const guard = new DeviceNotes({ folder: join(dataFolder, 'devices'), version });
  const open: OpenModel = config.openModel ?? ((folder, options) => openModel(folder, { ...options, guard }));
  const anotherEngine = (): Engine => new Engine({ library, openModel: open, guard, version, log });
  const engine = anotherEngine();
  const devices = devicesOf(guard, engine);
  const settings = new SettingsFile(join(dataFolder, 'settings.json'));
  const fileThread = join(config.programFolder, 'out', 'file-thread.cjs');
  const dispose = () => engine[Symbol.asyncDispose]();
  const own = { program, library, engine, anotherEngine, devices, guard, dataFolder, fileThread, settings };
  return { ...own, [Symbol.asyncDispose]: dispose };
}

function devicesOf(guard: DeviceNotes, engine: Engine): Devices {
  const probe = guardedProbe(guard);
  return {
    find: () => findDevices(probe),
    tryAll: async () => {
      const [tried, leftOut] = [await tryDevices(probe), await guard.leftOut()];
      const untold = leftOut.filter(({ device }) => !tried.some((one) => one.device === device)); // like a second card
      const told = untold.map(async ({ device }) => ({ device, reason: (await guard.objection(device)) ?? '' }));
      return [...tried, ...(await Promise.all(told))];
    },
    leftOut: () => guard.leftOut(),
    tryAgain: async (device) => {
      await guard.tryAgain(device);
      engine.chooseDeviceAnew();
    },
    memoryOf: (pack, device) => modelMemory(pack, { device, guard }),
    free: availableMemory,
  };
}

async function readProgram(folder: string): Promise<Program> {
  const { version, dependencies } = zProgram.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
  return { version, onnxruntime: dependencies['onnxruntime-node'] };
}
