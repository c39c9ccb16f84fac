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
  else if (isInseparable(mode)) layWhole(backdrop, source, share, mask, most, mode);
  else if (most === 0xff) layByTable(backdrop, source, share, mask, tableOf(mode));
  else laySeparable(backdrop, source, share, mask, most, mode);
}

function requireSameKind(backdrop: Samples, source: Samples, mask: Uint8Array | undefined): void {
  if (backdrop.BYTES_PER_ELEMENT !== source.BYTES_PER_ELEMENT) throw new RangeError('layers of 8 and 16 bits');
  if (backdrop.length !== source.length) throw new RangeError(`${source.length} samples for ${backdrop.length}`);
  if (mask && mask.length * 4 !== source.length) {
    throw new RangeError(`a mask of ${mask.length} pixels for ${source.length / 4}`);
  }
}

// The loops below differ in the blended colour only. It is written out in each because a call per pixel would cost more than
// the arithmetic does. `share` turns a sample of alpha into an opacity from 0 to 1. Over an opaque backdrop `mixed` comes to
// `mixedOver`, bit for bit, since alpha + (1 - alpha) rounds to 1; most of a picture is opaque, and no division is needed then.

function layNormal(to: Samples, from: Samples, share: number, mask: Uint8Array | undefined, most: number): void {
  for (let i = 0, pixel = 0; i < to.length; i += 4, pixel++) {
    const alpha = mask ? (from[i + 3]! * share * mask[pixel]!) / 255 : from[i + 3]! * share;
    if (alpha === 0) continue;
    const under = to[i + 3]!;
    if (alpha >= 1 || under === 0) {
      copyColour(to, from, i);
      to[i + 3] = alpha * most + 0.5;
    } else if (under === most) {
      to[i] = to[i]! + (from[i]! - to[i]!) * alpha + 0.5;
      to[i + 1] = to[i + 1]! + (from[i + 1]! - to[i + 1]!) * alpha + 0.5;
      to[i + 2] = to[i + 2]! + (from[i + 2]! - to[i + 2]!) * alpha + 0.5;
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
  mode: SeparableMode,
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
        const blended = separable(mode, below, above);
        const colour =
          under === 1 ? mixedOver(below, blended, alpha) : mixed(below, above, blended, under, alpha, union);
        to[c] = colour * most + 0.5;
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
  const table = Float64Array.from({ length: 2 ** 16 }, (_, i) => separable(mode, (i >> 8) / 255, (i & 0xff) / 255));
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
        const blended = table[(below << 8) | above]!;
        const colour =
          under === 1
            ? mixedOver(below / 255, blended, alpha)
            : mixed(below / 255, above / 255, blended, under, alpha, union);
        to[c] = colour * 255 + 0.5;
      }
    }
    to[i + 3] = union * 255 + 0.5;
  }
}

/** For modes that look at all channels together: the colour of one of the two gets the saturation and the luminosity that the mode says.
 * The formulas of the specification are written out on single numbers, which takes a third of the time that arrays of three do. */
function layWhole(
  to: Samples,
  from: Samples,
  share: number,
  mask: Uint8Array | undefined,
  most: number,
  mode: InseparableMode,
): void {
  const takesAbove = mode === 'hue' || mode === 'color'; // whose colour it is that changes
  const isStretched = mode === 'hue' || mode === 'saturation';
  for (let i = 0, pixel = 0; i < to.length; i += 4, pixel++) {
    const alpha = mask ? (from[i + 3]! * share * mask[pixel]!) / 255 : from[i + 3]! * share;
    if (alpha === 0) continue;
    const under = to[i + 3]! / most;
    const union = alpha + under * (1 - alpha);
    to[i + 3] = union * most + 0.5;
    if (under === 0) {
      copyColour(to, from, i);
      continue;
    }
    const red = to[i]! / most;
    const green = to[i + 1]! / most;
    const blue = to[i + 2]! / most;
    const redAbove = from[i]! / most;
    const greenAbove = from[i + 1]! / most;
    const blueAbove = from[i + 2]! / most;
    let r = takesAbove ? redAbove : red;
    let g = takesAbove ? greenAbove : green;
    let b = takesAbove ? blueAbove : blue;

    if (isStretched) {
      const wanted = takesAbove ? range(red, green, blue) : range(redAbove, greenAbove, blueAbove);
      const lowest = least(r, g, b);
      const spread = range(r, g, b);
      r = spread === 0 ? 0 : ((r - lowest) * wanted) / spread;
      g = spread === 0 ? 0 : ((g - lowest) * wanted) / spread;
      b = spread === 0 ? 0 : ((b - lowest) * wanted) / spread;
    }

    const light = mode === 'luminosity' ? luminosity(redAbove, greenAbove, blueAbove) : luminosity(red, green, blue);
    const shift = light - luminosity(r, g, b);
    r += shift;
    g += shift;
    b += shift;
    const lowest = least(r, g, b);
    const highest = greatest(r, g, b);
    const grey = luminosity(r, g, b); // drawn towards, as far as a channel left the range
    if (lowest < 0) {
      r = grey + ((r - grey) * grey) / (grey - lowest);
      g = grey + ((g - grey) * grey) / (grey - lowest);
      b = grey + ((b - grey) * grey) / (grey - lowest);
    }
    if (highest > 1) {
      r = grey + ((r - grey) * (1 - grey)) / (highest - grey);
      g = grey + ((g - grey) * (1 - grey)) / (highest - grey);
      b = grey + ((b - grey) * (1 - grey)) / (highest - grey);
    }

    if (under === 1) {
      to[i] = mixedOver(red, r, alpha) * most + 0.5;
      to[i + 1] = mixedOver(green, g, alpha) * most + 0.5;
      to[i + 2] = mixedOver(blue, b, alpha) * most + 0.5;
    } else {
      to[i] = mixed(red, redAbove, r, under, alpha, union) * most + 0.5;
      to[i + 1] = mixed(green, greenAbove, g, under, alpha, union) * most + 0.5;
      to[i + 2] = mixed(blue, blueAbove, b, under, alpha, union) * most + 0.5;
    }
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

/** The same over an opaque backdrop. */
const mixedOver = (below: number, blended: number, alpha: number): number => alpha * blended + (1 - alpha) * below;

type InseparableMode = 'hue' | 'saturation' | 'color' | 'luminosity';
type SeparableMode = Exclude<BlendMode, 'normal' | InseparableMode>;

const isInseparable = (mode: BlendMode): mode is InseparableMode =>
  mode === 'hue' || mode === 'saturation' || mode === 'color' || mode === 'luminosity';

const multiply = (below: number, above: number): number => below * above;
const screen = (below: number, above: number): number => below + above - below * above;
const hardLight = (below: number, above: number): number =>
  above <= 0.5 ? multiply(below, 2 * above) : screen(below, 2 * above - 1);

/** One channel at a time, all values from 0 to 1. One function with all modes, so that it can become part of the loop that calls it. */
function separable(mode: SeparableMode, below: number, above: number): number {
  switch (mode) {
    case 'multiply':
      return multiply(below, above);
    case 'screen':
      return screen(below, above);
    case 'overlay':
      return hardLight(above, below);
    case 'darken':
      return below < above ? below : above;
    case 'lighten':
      return below > above ? below : above;
    case 'color-dodge':
      return below === 0 ? 0 : above >= 1 ? 1 : Math.min(1, below / (1 - above));
    case 'color-burn':
      return below >= 1 ? 1 : above <= 0 ? 0 : 1 - Math.min(1, (1 - below) / above);
    case 'hard-light':
      return hardLight(below, above);
    case 'soft-light':
      return softLight(below, above);
    case 'difference':
      return Math.abs(below - above);
  }
}

function softLight(below: number, above: number): number {
  if (above <= 0.5) return below - (1 - 2 * above) * below * (1 - below);
  const bright = below <= 0.25 ? ((16 * below - 12) * below + 4) * below : Math.sqrt(below);
  return below + (2 * above - 1) * (bright - below);
}

// Least and greatest of two at a time: that is one instruction each, whereas which channel is least nobody can foresee.
const least = (r: number, g: number, b: number): number => Math.min(Math.min(r, g), b);
const greatest = (r: number, g: number, b: number): number => Math.max(Math.max(r, g), b);
const range = (r: number, g: number, b: number): number => greatest(r, g, b) - least(r, g, b);
const luminosity = (r: number, g: number, b: number): number => 0.3 * r + 0.59 * g + 0.11 * b;
