// Blending and compositing as W3C "Compositing and Blending Level 1" states them, on RGBA samples with straight alpha.

import type { Samples } from './raster.ts';

/** The ways of blending that OpenRaster, Photoshop files and canvas elements share, by the names that CSS gives them. */
export const blendModes = [
  ...(['normal', 'multiply', 'screen', 'overlay', 'darken', 'lighten', 'color-dodge', 'color-burn'] as const),
  ...(['hard-light', 'soft-light', 'difference', 'hue', 'saturation', 'color', 'luminosity'] as const),
] as const;
export type BlendMode = (typeof blendModes)[number];

/** How a layer is laid over what is below it. */
export interface Blending {
  readonly mode: BlendMode;
  readonly opacity: number; // 0 to 1
  readonly mask?: Uint8Array; // one strength from 0 to 255 for each pixel; left out: 255 everywhere
}

/** Lays `source` over `backdrop`, in place. Both are RGBA with straight alpha, of one depth and one length.
 *
 * Everything is computed in double precision and rounded once, halves up, so the result is the same everywhere. Pixels to which
 * the source adds nothing (its alpha, the opacity or the mask is 0) keep their bits, colours under transparency included; where the
 * source is opaque and the mode normal, its bits are taken; where the backdrop is transparent, the source's colour is taken.
 * @throws RangeError when depths or lengths differ */
export function blendOnto(backdrop: Samples, source: Samples, { mode, opacity, mask }: Blending): void {
  requireSameKind(backdrop, source, mask);
  if (opacity <= 0) return;
  const most = backdrop.BYTES_PER_ELEMENT === 1 ? 0xff : 0xffff;
  const share = Math.min(1, opacity) / most;
  if (mode === 'normal') layNormal(backdrop, source, share, mask, most);
  else if (mode in separable) {
    const known = mode as SeparableMode;
    if (most === 0xff) layByTable(backdrop, source, share, mask, tableOf(known));
    else laySeparable(backdrop, source, share, mask, most, separable[known]);
  } else layWhole(backdrop, source, share, mask, most, inseparable[mode as InseparableMode]);
}

function requireSameKind(backdrop: Samples, source: Samples, mask: Uint8Array | undefined): void {
  if (backdrop.BYTES_PER_ELEMENT !== source.BYTES_PER_ELEMENT) throw new RangeError('layers of 8 and 16 bits');
  if (backdrop.length !== source.length) throw new RangeError(`${source.length} samples for ${backdrop.length}`);
  if (mask && mask.length * 4 !== source.length) {
    throw new RangeError(`a mask of ${mask.length} pixels for ${source.length / 4}`);
  }
}

// The loops below differ in the blended colour only. It is written out in each because a call per pixel would cost more than
// the arithmetic does. `share` turns a sample of alpha into an opacity from 0 to 1.

function layNormal(to: Samples, from: Samples, share: number, mask: Uint8Array | undefined, most: number): void {
  for (let i = 0, pixel = 0; i < to.length; i += 4, pixel++) {
    const alpha = mask ? (from[i + 3]! * share * mask[pixel]!) / 255 : from[i + 3]! * share;
    if (alpha === 0) continue;
    const under = to[i + 3]!;
    if (alpha >= 1 || under === 0) {
      copyColour(to, from, i);
      to[i + 3] = alpha * most + 0.5;
    } else if (under === most) {
      for (let c = i; c < i + 3; c++) to[c] = to[c]! + (from[c]! - to[c]!) * alpha + 0.5;
    } else {
      const union = alpha + (under / most) * (1 - alpha);
      const part = alpha / union;
      for (let c = i; c < i + 3; c++) to[c] = to[c]! + (from[c]! - to[c]!) * part + 0.5;
      to[i + 3] = union * most + 0.5;
    }
  }
}

function laySeparable(
  to: Samples,
  from: Samples,
  share: number,
  mask: Uint8Array | undefined,
  most: number,
  blend: (below: number, above: number) => number,
): void {
  for (let i = 0, pixel = 0; i < to.length; i += 4, pixel++) {
    const alpha = mask ? (from[i + 3]! * share * mask[pixel]!) / 255 : from[i + 3]! * share;
    if (alpha === 0) continue;
    const under = to[i + 3]! / most;
    const union = alpha + under * (1 - alpha);
    if (under === 0) copyColour(to, from, i);
    else {
      for (let c = i; c < i + 3; c++) {
        const below = to[c]! / most;
        const above = from[c]! / most;
        to[c] = mixed(below, above, blend(below, above), under, alpha, union) * most + 0.5;
      }
    }
    to[i + 3] = union * most + 0.5;
  }
}

const tables = new Map<SeparableMode, Float64Array>();

/** What each level of a layer makes of each level below it: 8 bits have few enough of them, and a table costs less than asking anew. */
function tableOf(mode: SeparableMode): Float64Array {
  const known = tables.get(mode);
  if (known) return known;
  const blend = separable[mode];
  const table = Float64Array.from({ length: 2 ** 16 }, (_, i) => blend((i >> 8) / 255, (i & 0xff) / 255));
  tables.set(mode, table);
  return table;
}

/** `laySeparable` for 8 bits. @param table by level below · 256 + level above */
function layByTable(
  to: Samples,
  from: Samples,
  share: number,
  mask: Uint8Array | undefined,
  table: Float64Array,
): void {
  for (let i = 0, pixel = 0; i < to.length; i += 4, pixel++) {
    const alpha = mask ? (from[i + 3]! * share * mask[pixel]!) / 255 : from[i + 3]! * share;
    if (alpha === 0) continue;
    const under = to[i + 3]! / 255;
    const union = alpha + under * (1 - alpha);
    if (under === 0) copyColour(to, from, i);
    else {
      for (let c = i; c < i + 3; c++) {
        const [below, above] = [to[c]!, from[c]!];
        to[c] = mixed(below / 255, above / 255, table[(below << 8) | above]!, under, alpha, union) * 255 + 0.5;
      }
    }
    to[i + 3] = union * 255 + 0.5;
  }
}

function layWhole(
  to: Samples,
  from: Samples,
  share: number,
  mask: Uint8Array | undefined,
  most: number,
  blend: (below: Colour, above: Colour, into: Colour) => void,
): void {
  const below: Colour = new Float64Array(3);
  const above: Colour = new Float64Array(3);
  const blended: Colour = new Float64Array(3);
  for (let i = 0, pixel = 0; i < to.length; i += 4, pixel++) {
    const alpha = mask ? (from[i + 3]! * share * mask[pixel]!) / 255 : from[i + 3]! * share;
    if (alpha === 0) continue;
    const under = to[i + 3]! / most;
    const union = alpha + under * (1 - alpha);
    if (under === 0) copyColour(to, from, i);
    else {
      for (let c = 0; c < 3; c++) {
        below[c] = to[i + c]! / most;
        above[c] = from[i + c]! / most;
      }
      blend(below, above, blended);
      for (let c = 0; c < 3; c++) {
        to[i + c] = mixed(below[c]!, above[c]!, blended[c]!, under, alpha, union) * most + 0.5;
      }
    }
    to[i + 3] = union * most + 0.5;
  }
}

function copyColour(to: Samples, from: Samples, i: number): void {
  to[i] = from[i]!;
  to[i + 1] = from[i + 1]!;
  to[i + 2] = from[i + 2]!;
}

/** The colour of a pixel: the layer alone, both blended and the backdrop alone, each by how much of the pixel it covers. */
const mixed = (below: number, above: number, blended: number, under: number, alpha: number, union: number): number =>
  (alpha * ((1 - under) * above + under * blended) + (1 - alpha) * under * below) / union;

type SeparableMode = Exclude<BlendMode, 'normal' | InseparableMode>;

const multiply = (below: number, above: number): number => below * above;
const screen = (below: number, above: number): number => below + above - below * above;
const hardLight = (below: number, above: number): number =>
  above <= 0.5 ? multiply(below, 2 * above) : screen(below, 2 * above - 1);

/** One channel at a time, all values from 0 to 1. */
const separable: Record<SeparableMode, (below: number, above: number) => number> = {
  multiply,
  screen,
  overlay: (below, above) => hardLight(above, below),
  darken: (below, above) => (below < above ? below : above),
  lighten: (below, above) => (below > above ? below : above),
  'color-dodge': (below, above) => (below === 0 ? 0 : above >= 1 ? 1 : Math.min(1, below / (1 - above))),
  'color-burn': (below, above) => (below >= 1 ? 1 : above <= 0 ? 0 : 1 - Math.min(1, (1 - below) / above)),
  'hard-light': hardLight,
  'soft-light': softLight,
  difference: (below, above) => Math.abs(below - above),
};

function softLight(below: number, above: number): number {
  if (above <= 0.5) return below - (1 - 2 * above) * below * (1 - below);
  const bright = below <= 0.25 ? ((16 * below - 12) * below + 4) * below : Math.sqrt(below);
  return below + (2 * above - 1) * (bright - below);
}

type InseparableMode = 'hue' | 'saturation' | 'color' | 'luminosity';
type Colour = Float64Array; // red, green, blue from 0 to 1

/** All channels together. `into` may not be one of the other two. */
const inseparable: Record<InseparableMode, (below: Colour, above: Colour, into: Colour) => void> = {
  hue: (below, above, into) => {
    setSaturation(into, above, saturation(below));
    setLuminosity(into, into, luminosity(below));
  },
  saturation: (below, above, into) => {
    setSaturation(into, below, saturation(above));
    setLuminosity(into, into, luminosity(below));
  },
  color: (below, above, into) => setLuminosity(into, above, luminosity(below)),
  luminosity: (below, above, into) => setLuminosity(into, below, luminosity(above)),
};

const luminosity = (colour: Colour): number => 0.3 * colour[0]! + 0.59 * colour[1]! + 0.11 * colour[2]!;

const saturation = (colour: Colour): number =>
  Math.max(colour[0]!, colour[1]!, colour[2]!) - Math.min(colour[0]!, colour[1]!, colour[2]!);

/** `colour` stretched so that its smallest channel is 0 and its largest `wanted`; grey becomes black. */
function setSaturation(into: Colour, colour: Colour, wanted: number): void {
  const least = Math.min(colour[0]!, colour[1]!, colour[2]!);
  const range = saturation(colour);
  for (let c = 0; c < 3; c++) into[c] = range === 0 ? 0 : ((colour[c]! - least) * wanted) / range;
}

/** `colour` shifted to a luminosity, then drawn towards grey as far as a channel left the range. */
function setLuminosity(into: Colour, colour: Colour, wanted: number): void {
  const shift = wanted - luminosity(colour);
  for (let c = 0; c < 3; c++) into[c] = colour[c]! + shift;
  const grey = luminosity(into);
  const least = Math.min(into[0]!, into[1]!, into[2]!);
  const highest = Math.max(into[0]!, into[1]!, into[2]!);
  if (least < 0) for (let c = 0; c < 3; c++) into[c] = grey + ((into[c]! - grey) * grey) / (grey - least);
  if (highest > 1) for (let c = 0; c < 3; c++) into[c] = grey + ((into[c]! - grey) * (1 - grey)) / (highest - grey);
}
