import type { EditModel, ModelDevice } from './api.ts';
import { ModelError } from './errors.ts';
import { editarFamily } from './families/editar/family.ts';
import type { ModelFamily, OpenOptions } from './families/family.ts';
import { readPack } from './parts/pack.ts';
import type { OpenedPack } from './parts/pack.ts';

const families: readonly ModelFamily[] = [editarFamily];

/** Opens the pack in `folder`. @throws ModelError `pack-invalid`, `unsupported`, `out-of-memory`, `device-unavailable` */
export async function openModel(folder: string, options: OpenOptions = {}): Promise<EditModel> {
  const opened = await readPack(folder);
  return await familyOf(opened).open(opened, options);
}

/** Bytes of the host's memory that the pack in `folder` takes while it works, as estimated from its files.
 * @throws ModelError `pack-invalid`, `unsupported`, `device-unavailable` */
export async function modelMemory(folder: string, device: ModelDevice = 'auto'): Promise<number> {
  const opened = await readPack(folder);
  return await familyOf(opened).memory(opened, device);
}

function familyOf({ pack: { id, family } }: OpenedPack): ModelFamily {
  const found = families.find((known) => known.id === family);
  if (found) return found;
  throw new ModelError('unsupported', `${id} is a ${family} pack, which cannot edit pictures`, { family });
}
