import type { EditModel } from './api.ts';
import { ModelError } from './errors.ts';
import { editarFamily } from './families/editar/family.ts';
import type { ModelFamily, OpenOptions } from './families/family.ts';
import { readPack } from './parts/pack.ts';

const families: readonly ModelFamily[] = [editarFamily];

/** Opens the pack in `folder`. @throws ModelError `pack-invalid`, `unsupported`, `out-of-memory`, `device-unavailable` */
export async function openModel(folder: string, options: OpenOptions = {}): Promise<EditModel> {
  const opened = await readPack(folder);
  const family = families.find(({ id }) => id === opened.pack.family);
  if (!family) {
    throw new ModelError(
      'unsupported',
      `${opened.pack.id} is a ${opened.pack.family} pack, which cannot edit pictures`,
      {
        family: opened.pack.family,
      },
    );
  }
  return family.open(opened, options);
}
