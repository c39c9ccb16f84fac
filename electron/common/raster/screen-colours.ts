import type { Samples } from './raster.ts';
import { fromScreenByTable, toScreenByTable } from './screen-table.ts';
import type { ScreenTables } from './screen-table.ts';

// From the colours of a document to those of a screen: by tables, or for ICC profiles that state three primaries and a curve for each (ICC.1:2022,
// 8.3.3: Display P3, Adobe RGB, ProPhoto, what cameras write) by these. Only what is seen is converted; what is stored stays as it is.

/** How samples of a profile become sRGB. Plain data, for workers. */
export type ScreenColours = PrimaryColours | ScreenTables;

interface PrimaryColours {
  readonly curves: readonly [red: Float32Array, green: Float32Array, blue: Float32Array]; // light of evenly spaced samples, 0 to 1
  readonly toSrgb: Matrix; // from light of the profile to light of sRGB
}

type Matrix = readonly number[]; // 3 × 3, row by row
type Rgb = readonly [red: number, green: number, blue: number];

const entries = 4096; // of a curve: 16-bit samples are told apart as far as 256 levels need
const shades = 8192; // of light

/** sRGB's primaries as its own profile states them, adapted to D50: columns red, green, blue. */
const srgbPrimaries: Matrix = [0.43607, 0.38515, 0.14307, 0.22249, 0.71687, 0.06061, 0.01392, 0.09708, 0.7141];

/** Undefined for a profile with tables, which count more than primaries where there are both, and for a damaged one. */
export function screenColours(profile: Uint8Array): PrimaryColours | undefined {
  try {
    if (hasTag(profile, 'A2B0')) return undefined;
    const [red, green, blue] = (['rXYZ', 'gXYZ', 'bXYZ'] as const).map((name) => primaryOf(tagOf(profile, name)));
    const primaries = [0, 1, 2].flatMap((row) => [red![row]!, green![row]!, blue![row]!]);
    const [r, g, b] = (['rTRC', 'gTRC', 'bTRC'] as const).map((name) => curveOf(tagOf(profile, name)));
    const toSrgb = product(inverse(srgbPrimaries), primaries);
    inverse(toSrgb); // there is a way back
    return { curves: [r!, g!, b!], toSrgb };
  } catch (error) {
    if (error instanceof RangeError) return undefined; // what was looked for is not there
    throw error;
  }
}

/** RGBA as a screen shows it, 8 bits. */
export function toScreen(samples: Samples, colours: ScreenColours): Uint8ClampedArray<ArrayBuffer> {
  if ('side' in colours) return toScreenByTable(samples, colours);
  const { curves, toSrgb: m } = colours;
  const [red, green, blue] = curves;
  const levels = (srgbLevels ??= Uint8Array.from({ length: shades }, (_, i) =>
    Math.round(255 * encoded(i / (shades - 1))),
  ));
  const most = samples.BYTES_PER_ELEMENT === 1 ? 0xff : 0xffff;
  const [step, alpha, brightest] = [(entries - 1) / most, 255 / most, shades - 1];
  const level = (light: number): number =>
    levels[light <= 0 ? 0 : light >= 1 ? brightest : (light * brightest + 0.5) | 0]!;
  const pixels = new Uint8ClampedArray(samples.length);
  for (let i = 0; i < samples.length; i += 4) {
    const r = red[(samples[i]! * step + 0.5) | 0]!;
    const g = green[(samples[i + 1]! * step + 0.5) | 0]!;
    const b = blue[(samples[i + 2]! * step + 0.5) | 0]!;
    pixels[i] = level(m[0]! * r + m[1]! * g + m[2]! * b);
    pixels[i + 1] = level(m[3]! * r + m[4]! * g + m[5]! * b);
    pixels[i + 2] = level(m[6]! * r + m[7]! * g + m[8]! * b);
    pixels[i + 3] = samples[i + 3]! * alpha;
  }
  return pixels;
}

let srgbLevels: Uint8Array | undefined; // by shade of light

/** The samples that show a colour, from 0 to 1; the nearest the profile has. @param colour of sRGB, each from 0 to 1 */
export function fromScreen(colour: Rgb, colours: ScreenColours): Rgb {
  if ('side' in colours) return fromScreenByTable(colour, colours);
  const { curves, toSrgb } = colours;
  const light = times(inverse(toSrgb), colour.map(decoded));
  return curves.map((curve, channel) => {
    const wanted = light[channel]!;
    const at = curve.findIndex((value) => value >= wanted);
    return at < 0 ? 1 : at / (entries - 1);
  }) as unknown as Rgb;
}

/** sRGB's own curve (IEC 61966-2-1). */
const encoded = (light: number): number => (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055);
const decoded = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

function hasTag(profile: Uint8Array, name: string): boolean {
  try {
    return tagOf(profile, name).byteLength > 0;
  } catch {
    return false;
  }
}

/** The bytes of a tag. @throws RangeError where the profile has none, or ends before it does */
function tagOf(profile: Uint8Array, name: string): DataView {
  const view = new DataView(profile.buffer, profile.byteOffset, profile.byteLength);
  const count = Math.min(view.getUint32(128), 100);
  for (let entry = 132; entry < 132 + count * 12; entry += 12) {
    if (textAt(view, entry) !== name) continue;
    return new DataView(profile.buffer, profile.byteOffset + view.getUint32(entry + 4), view.getUint32(entry + 8));
  }
  throw new RangeError(`a profile without ${name}`);
}

const textAt = (view: DataView, at: number): string =>
  String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));

const fixed = (view: DataView, at: number): number => view.getInt32(at) / 65536;

function primaryOf(tag: DataView): Matrix {
  if (textAt(tag, 0) !== 'XYZ ') throw new RangeError('a primary of another kind');
  return [fixed(tag, 8), fixed(tag, 12), fixed(tag, 16)];
}

/** Light by sample, from a table or from one of the formulas of ICC.1:2022, 10.18. */
function curveOf(tag: DataView): Float32Array {
  const kind = textAt(tag, 0);
  if (kind !== 'curv' && kind !== 'para') throw new RangeError('a curve of another kind');
  const light = kind === 'curv' ? tableOf(tag) : formulaOf(tag);
  return Float32Array.from({ length: entries }, (_, i) => Math.min(1, Math.max(0, light(i / (entries - 1)))));
}

function tableOf(tag: DataView): (value: number) => number {
  const count = tag.getUint32(8);
  if (count === 0) return (value) => value;
  if (count === 1) return (value) => value ** (tag.getUint16(12) / 256);
  const at = (index: number): number => tag.getUint16(12 + 2 * Math.min(count - 1, index)) / 65535;
  at(count - 1); // throws when the table is cut off
  return (value) => {
    const place = value * (count - 1);
    const below = Math.floor(place);
    return at(below) + (at(below + 1) - at(below)) * (place - below);
  };
}

function formulaOf(tag: DataView): (value: number) => number {
  const kind = tag.getUint16(8);
  const parameters = [1, 3, 4, 5, 7][kind];
  if (parameters === undefined) throw new RangeError(`a curve by formula ${kind}`);
  const [g = 1, a = 1, b = 0, c = 0, d = 0, e = 0, f = 0] = Array.from({ length: parameters }, (_, i) =>
    fixed(tag, 12 + 4 * i),
  );
  if (kind === 0) return (value) => value ** g;
  if (kind === 1) return (value) => (value >= -b / a ? (a * value + b) ** g : 0);
  if (kind === 2) return (value) => (value >= -b / a ? (a * value + b) ** g + c : c);
  return (value) => (value >= d ? (a * value + b) ** g + e : c * value + f);
}

const times = (m: Matrix, v: readonly number[]): number[] =>
  [0, 3, 6].map((row) => m[row]! * v[0]! + m[row + 1]! * v[1]! + m[row + 2]! * v[2]!);

function product(a: Matrix, b: Matrix): Matrix {
  const columns = [0, 1, 2].map((column) => times(a, [b[column]!, b[column + 3]!, b[column + 6]!]));
  return [0, 1, 2].flatMap((row) => columns.map((column) => column[row]!));
}

/** @throws RangeError for a matrix that has none */
function inverse([a, b, c, d, e, f, g, h, i]: Matrix): Matrix {
  const [x, y, z] = [e! * i! - f! * h!, f! * g! - d! * i!, d! * h! - e! * g!];
  const size = a! * x + b! * y + c! * z;
  if (!(Math.abs(size) > 1e-9)) throw new RangeError('primaries that are not three');
  const all = [x, c! * h! - b! * i!, b! * f! - c! * e!, y, a! * i! - c! * g!, c! * d! - a! * f!];
  return [...all, z, b! * g! - a! * h!, a! * e! - b! * d!].map((value) => value / size);
}
