import { writeFlushed } from '../parts/build-part.ts';
import { writePack } from '../parts/pack-folder.ts';
import { readPack } from '../parts/pack.ts';
import type { KnownWorlds } from './familiarity.ts';

const file = 'worlds.bin';

/** Adds to a pack the worlds by which it tells pictures like those its model has learnt from; replaces those it has.
 * @throws ModelError `pack-invalid` */
export async function giveWorlds(folder: string, { pictures, width, share }: KnownWorlds): Promise<void> {
  const { pack } = await readPack(folder);
  const written = await writeFlushed(folder, file, [pictures]);
  const changed = {
    ...pack,
    parts: { ...pack.parts, worlds: [file] },
    files: [...pack.files.filter((one) => one.file !== file), written],
    worlds: { width, share },
  };
  await writePack(folder, changed);
}
