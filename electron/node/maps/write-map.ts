import { basename } from 'node:path';
import { AppError } from '#common/contract/errors.ts';
import { channelsOf } from '#common/maps/condition-map.ts';
import type { ConditionMap } from '#common/maps/condition-map.ts';
import { legendFileName, legendOf } from '#common/maps/map-files.ts';
import type { Raster } from '#common/raster/raster.ts';
import { writeAtomically } from '../images/atomic-write.ts';
import { encodeBytes } from '../images/encode.ts';
import type { MadeMap } from './make-map.ts';

/** The map as a PNG file's bytes: what is read back is the same, bit for bit. */
export const encodeMap = (map: ConditionMap): Promise<Uint8Array> => encodeBytes(rasterOfMap(map), 'png');

export const rasterOfMap = ({ kind, width, height, data }: ConditionMap): Raster => ({
  ...{ width, height, depth: 8, data },
  channels: channelsOf(kind),
});

/** Only PNG keeps a map's values. @throws AppError `unsupported-format` */
export function checkMapFile(path: string): void {
  if (path.toLowerCase().endsWith('.png')) return;
  throw new AppError('unsupported-format', { path: basename(path), format: 'a map', allowed: ['png'] });
}

/** Writes a map, and for classes their legend beside it. @returns the files */
export async function writeMap({ map, madeBy }: MadeMap, path: string): Promise<string[]> {
  await writeAtomically(path, [await encodeMap(map)]);
  if (map.kind !== 'segmentation') return [path];
  const legend = legendFileName(path);
  await writeAtomically(legend, [Buffer.from(`${JSON.stringify(legendOf(map, madeBy), null, 2)}\n`)]);
  return [path, legend];
}
