import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RgbImage } from '../api.ts';
import { ModelError } from '../errors.ts';
import type { OpenedPack } from '../parts/pack.ts';

/** Height of the small pictures that worlds are recognised by, and width of what is seen of one at a time. */
export const worldSide = 32;
/** How far a cell may be from that of a world and still look like it: root mean square over red, green and blue, in levels. */
const tolerance = 16;

/** The worlds that a model has learnt from, small and without objects: every picture is a part of one of them with things in it. */
export interface KnownWorlds {
  readonly pictures: Uint8Array; // [worlds][worldSide][width][3]
  readonly width: number; // at least worldSide; a picture may begin at any column that leaves as many
  readonly share: number; // of the cells of a picture that look like a world's, at least
}

/** The worlds of a pack; undefined for models for any picture. @throws ModelError `pack-invalid` */
export async function readWorlds({ folder, pack }: OpenedPack): Promise<KnownWorlds | undefined> {
  if (!pack.worlds) return undefined;
  const { width, share } = pack.worlds;
  const [file] = pack.parts.worlds ?? [];
  if (file === undefined) throw new ModelError('pack-invalid', `${pack.id} has no part “worlds”`, { folder });
  const pictures = new Uint8Array(await readFile(join(folder, file)));
  if (pictures.length === 0 || pictures.length % (worldSide * width * 3) !== 0)
    throw new ModelError('pack-invalid', `${file} of ${pack.id} is not whole pictures ${width} wide`, { folder });
  return { pictures, width, share };
}

/** Whether a picture looks like those a model has learnt from. True of models for any picture. */
export const isFamiliar = (picture: RgbImage, worlds: KnownWorlds | undefined): boolean =>
  !worlds || likeness(picture, worlds) >= worlds.share;

/** The share of a picture's cells that look like those of the nearest world at the same place, 0 … 1. Objects cover the others. */
export function likeness(picture: RgbImage, { pictures, width }: KnownWorlds): number {
  const small = shrink(picture);
  const world = worldSide * width * 3;
  let most = 0;
  for (let start = 0; start < pictures.length; start += world) {
    for (let column = 0; column <= width - worldSide; column++)
      most = Math.max(most, cellsAlike(small, pictures, start + column * 3, width));
  }
  return most / worldSide ** 2;
}

function cellsAlike(small: Float32Array, pictures: Uint8Array, start: number, width: number): number {
  const limit = 3 * tolerance ** 2;
  let alike = 0;
  for (let row = 0; row < worldSide; row++) {
    const at = start + row * width * 3;
    for (let i = 0; i < worldSide * 3; i += 3) {
      const cell = row * worldSide * 3 + i;
      const red = small[cell] - pictures[at + i];
      const green = small[cell + 1] - pictures[at + i + 1];
      const blue = small[cell + 2] - pictures[at + i + 2];
      if (red * red + green * green + blue * blue < limit) alike++;
    }
  }
  return alike;
}

/** The mean colours of a picture in worldSide rows and columns of about equal size, [worldSide][worldSide][3]. */
function shrink({ width, height, data }: RgbImage): Float32Array {
  const out = new Float32Array(worldSide * worldSide * 3);
  for (let cell = 0; cell < worldSide ** 2; cell++) {
    const [left, right] = span(cell % worldSide, width);
    const [top, bottom] = span(Math.floor(cell / worldSide), height);
    for (let y = top; y < bottom; y++)
      for (let at = (y * width + left) * 3; at < (y * width + right) * 3; at++) out[cell * 3 + (at % 3)] += data[at];
    for (let c = 0; c < 3; c++) out[cell * 3 + c] /= (right - left) * (bottom - top);
  }
  return out;
}

/** Pixels from and up to, at least one. */
function span(cell: number, length: number): [number, number] {
  const from = Math.floor((cell * length) / worldSide);
  return [from, Math.max(from + 1, Math.floor(((cell + 1) * length) / worldSide))];
}
