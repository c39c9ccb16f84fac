import type { DeviceGuard, EditModel, ModelDevice } from './api.ts';
import { ModelError } from './errors.ts';
import { editarFamily } from './families/editar/family.ts';
import type { ModelFamily } from './families/family.ts';
import { readPack } from './parts/pack.ts';
import type { OpenedPack } from './parts/pack.ts';
import { guardedProbe } from './runtime/guarded-probe.ts';
import { chooseDevice } from './runtime/providers.ts';

const families: readonly ModelFamily[] = [editarFamily];

/** Where a model is opened. */
export interface OpenOptions {
  readonly device?: ModelDevice; // default auto
  readonly guard?: DeviceGuard | undefined; // left out: nobody remembers devices that stop the process
  readonly signal?: AbortSignal;
}

/** Opens the pack in `folder`. @throws ModelError `pack-invalid`, `unsupported`, `out-of-memory`, `device-unavailable` */
export async function openModel(folder: string, options: OpenOptions = {}): Promise<EditModel> {
  const { device = 'auto', guard, signal } = options;
  const opened = await readPack(folder);
  const family = familyOf(opened);
  const choice = await chooseDevice(device, guardedProbe(guard));
  await using noted = await guard?.begin(choice.name, 'work');
  return await family.open(opened, choice, signal);
}

/** Bytes of the host's memory that the pack in `folder` takes while it works, as estimated from its files.
 * @throws ModelError `pack-invalid`, `unsupported`, `device-unavailable` */
export async function modelMemory(
  folder: string,
  { device = 'auto', guard }: Pick<OpenOptions, 'device' | 'guard'> = {},
): Promise<number> {
  const opened = await readPack(folder);
  const family = familyOf(opened);
  return await family.memory(opened, await chooseDevice(device, guardedProbe(guard)));
}

function familyOf({ pack: { id, family } }: OpenedPack): ModelFamily {
  const found = families.find((known) => known.id === family);
  if (found) return found;
  throw new ModelError('unsupported', `${id} is a ${family} pack, which cannot edit pictures`, { family });
}
