import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { mapKinds } from '#common/maps/condition-map.ts';
import type { MapKind } from '#common/maps/condition-map.ts';
import { legendFileName, mapFileName } from '#common/maps/map-files.ts';

/** A map's file and what it holds. */
export interface FoundMap {
  readonly kind: MapKind;
  readonly name: string; // of the file
  readonly bytes: Uint8Array;
  readonly legend: Uint8Array | null; // of the file that names its classes
}

const mostBytes = 256 * 2 ** 20; // of a file; larger ones are no maps of ours
const mostLegendBytes = 2 ** 20;

/** Maps of a picture by their names: `photo.canny.png`, `photo.depth.png`, `photo.seg.png` beside `photo.jpg`. What cannot be read is left
 * out: nobody asked for it. */
export async function mapsBeside(picture: string): Promise<FoundMap[]> {
  const found: FoundMap[] = [];
  for (const kind of mapKinds) {
    const path = join(dirname(picture), mapFileName(basename(picture), kind));
    const bytes = path === picture ? undefined : await contentOf(path, mostBytes);
    if (!bytes) continue;
    const legend = kind === 'segmentation' ? await contentOf(legendFileName(path), mostLegendBytes) : undefined;
    found.push({ kind, name: basename(path), bytes, legend: legend ?? null });
  }
  return found;
}

async function contentOf(path: string, most: number): Promise<Uint8Array | undefined> {
  try {
    const { size } = await stat(path);
    return size > 0 && size <= most ? await readFile(path) : undefined;
  } catch {
    return undefined;
  }
}
