import type { Samples } from '../raster/raster.ts';
import type { Extent } from '../geometry.ts';
import { newMap } from './condition-map.ts';
import type { ConditionMap, MapKind } from './condition-map.ts';

/** Pixels as a file has them: no profile applied. */
export interface MapPixels extends Extent {
  readonly channels: 1 | 2 | 3 | 4; // 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha
  readonly data: Samples; // interleaved, rows first
}

/** What reading a map had to give up. */
export const readNotes = [
  'coloured', // a grey map had colours, which were weighed to grey
  'false-colours', // … or depth was shown in vivid ones, such as a rainbow, which have no order when they are grey
  'transparent', // it had transparent pixels, which are black now
  'sixteen-bit', // it had 16 bits per channel, of which the upper 8 are kept
  'spread', // … or, for depths close to one another, what was there is spread over 8 bits
] as const;
export type ReadNote = (typeof readNotes)[number];

export interface ReadMap {
  readonly map: ConditionMap;
  readonly notes: readonly ReadNote[];
}

/** Turns a picture file's pixels into a map of a kind. Values of an 8-bit map without alpha stay as they are. */
export function readMap(pixels: MapPixels, kind: MapKind): ReadMap {
  const { channels, width, height } = pixels;
  const map = newMap(kind, pixels);
  const { notes, data } = toBytes(pixels, kind);
  const green = channels > 2 ? 1 : 0;
  const blue = channels > 2 ? 2 : 0;
  const hasAlpha = channels % 2 === 0;
  let vivid = 0;
  for (let pixel = 0, i = 0; pixel < width * height; pixel++, i += channels) {
    const alpha = hasAlpha ? data[i + channels - 1]! : 255;
    if (alpha < 255) notes.add('transparent');
    if (alpha < 128) continue;
    const [r, g, b] = [data[i]!, data[i + green]!, data[i + blue]!];
    if (kind === 'segmentation') map.data.set([r, g, b], pixel * 3);
    else if (r === g && g === b) map.data[pixel] = r;
    else {
      if (Math.max(r, g, b) - Math.min(r, g, b) > leastVivid) vivid++;
      notes.add('coloured');
      map.data[pixel] = (9798 * r + 19235 * g + 3735 * b + 16384) >> 15; // OpenCV's grey
    }
  }
  if (kind === 'depth' && vivid > (width * height) / 2) {
    notes.delete('coloured');
    notes.add('false-colours');
  }
  return { map, notes: [...notes] };
}

/** Difference between the channels of a vivid colour, in 8 bits: that of false colours, not of a tint. */
const leastVivid = 80;

/** Fewer levels of depth than this, in 8 bits, are spread. */
const leastRange = 64;

function toBytes({ data, channels }: MapPixels, kind: MapKind): { data: Uint8Array; notes: Set<ReadNote> } {
  if (data instanceof Uint8Array) return { data, notes: new Set() };
  const isAlpha = (i: number): boolean => channels % 2 === 0 && i % channels === channels - 1;
  let [least, most] = [0xffff, 0];
  data.forEach((value, i) => {
    if (isAlpha(i)) return;
    least = Math.min(least, value);
    most = Math.max(most, value);
  });
  const isNarrow = kind === 'depth' && most > least && (most - least) >> 8 < leastRange;
  if (!isNarrow) return { data: Uint8Array.from(data, (value) => value >> 8), notes: new Set(['sixteen-bit']) };
  const spread = (value: number): number => Math.trunc(((value - least) * 255) / (most - least));
  const bytes = Uint8Array.from(data, (value, i) => (isAlpha(i) ? value >> 8 : spread(value)));
  return { data: bytes, notes: new Set(['spread']) };
}
