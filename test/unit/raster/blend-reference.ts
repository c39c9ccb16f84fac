import type { BlendMode, Blending } from '#common/raster/blend.ts';
import type { Samples } from '#common/raster/raster.ts';

// Blending as the specification words it, one pixel after another and without any short way: what the fast loops are compared with.

type Colour = readonly number[]; // red, green, blue from 0 to 1

const byChannel: Partial<Record<BlendMode, (below: number, above: number) => number>> = {
  normal: (_, above) => above,
  multiply: (below, above) => below * above,
  screen,
  overlay: (below, above) => hardLight(above, below),
  darken: Math.min,
  lighten: Math.max,
  'color-dodge': (below, above) => (below === 0 ? 0 : above >= 1 ? 1 : Math.min(1, below / (1 - above))),
  'color-burn': (below, above) => (below >= 1 ? 1 : above <= 0 ? 0 : 1 - Math.min(1, (1 - below) / above)),
  'hard-light': hardLight,
  'soft-light': (below, above) => {
    if (above <= 0.5) return below - (1 - 2 * above) * below * (1 - below);
    const bright = below <= 0.25 ? ((16 * below - 12) * below + 4) * below : Math.sqrt(below);
    return below + (2 * above - 1) * (bright - below);
  },
  difference: (below, above) => Math.abs(below - above),
};

function screen(below: number, above: number): number {
  return below + above - below * above;
}

function hardLight(below: number, above: number): number {
  return above <= 0.5 ? below * (2 * above) : screen(below, 2 * above - 1);
}

const byColour: Partial<Record<BlendMode, (below: Colour, above: Colour) => Colour>> = {
  hue: (below, above) => withLuminosity(withSaturation(above, saturation(below)), luminosity(below)),
  saturation: (below, above) => withLuminosity(withSaturation(below, saturation(above)), luminosity(below)),
  color: (below, above) => withLuminosity(above, luminosity(below)),
  luminosity: (below, above) => withLuminosity(below, luminosity(above)),
};

const luminosity = ([red, green, blue]: Colour): number => 0.3 * red! + 0.59 * green! + 0.11 * blue!;
const saturation = (colour: Colour): number => Math.max(...colour) - Math.min(...colour);

function withSaturation(colour: Colour, wanted: number): Colour {
  const least = Math.min(...colour);
  const range = saturation(colour);
  return colour.map((value) => (range === 0 ? 0 : ((value - least) * wanted) / range));
}

function withLuminosity(colour: Colour, wanted: number): Colour {
  const shift = wanted - luminosity(colour);
  let shifted = colour.map((value) => value + shift);
  const grey = luminosity(shifted);
  const [least, most] = [Math.min(...shifted), Math.max(...shifted)];
  if (least < 0) shifted = shifted.map((value) => grey + ((value - grey) * grey) / (grey - least));
  if (most > 1) shifted = shifted.map((value) => grey + ((value - grey) * (1 - grey)) / (most - grey));
  return shifted;
}

/** `blendOnto` for every mode but the normal one, whose rounding is its own. @returns the samples in an array of their own */
export function blendedSlowly(backdrop: Samples, source: Samples, { mode, opacity, mask }: Blending): Samples {
  const result = backdrop.slice();
  const most = backdrop.BYTES_PER_ELEMENT === 1 ? 0xff : 0xffff;
  const share = opacity / most;
  for (let i = 0; i < result.length; i += 4) {
    const alpha = mask ? (source[i + 3]! * share * mask[i / 4]!) / 255 : source[i + 3]! * share;
    if (alpha === 0) continue;
    const under = backdrop[i + 3]! / most;
    const union = alpha + under * (1 - alpha);
    const colours = [backdrop, source].map((samples) => [0, 1, 2].map((c) => samples[i + c]! / most));
    const blended = blendedColour(mode, colours[0]!, colours[1]!);
    for (let c = 0; c < 3; c++) {
      const [below, above] = [colours[0]![c]!, colours[1]![c]!];
      const mixed = (alpha * ((1 - under) * above + under * blended[c]!) + (1 - alpha) * under * below) / union;
      result[i + c] = under === 0 ? source[i + c]! : mixed * most + 0.5;
    }
    result[i + 3] = union * most + 0.5;
  }
  return result;
}

function blendedColour(mode: BlendMode, below: Colour, above: Colour): Colour {
  const whole = byColour[mode];
  return whole ? whole(below, above) : below.map((value, c) => byChannel[mode]!(value, above[c]!));
}
