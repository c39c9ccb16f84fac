import { cocoPanoptic, type PaletteEntry } from './coco-panoptic.ts';
import { firstSceneClass, sceneClassNames, sceneClasses } from './scene-classes.ts';

/** Every class a map can have, by its index: COCO's panoptic ones, then those of rendered scenes. */
export const palette: readonly PaletteEntry[] = [...cocoPanoptic, ...sceneClasses];

/** Index of pixels that belong to no class; painted black. */
export const unlabelled = 255;
/** Index of a colour that is neither black nor on the palette. */
export const offPalette = 254;

const toKey = (red: number, green: number, blue: number): number => (red << 16) | (green << 8) | blue;
const indexByColour = new Map(palette.toReversed().map(({ index, colour }) => [toKey(...colour), index]));
indexByColour.set(0, unlabelled);

/** Red, green and blue of an index; black for `unlabelled`. */
export const colourOf = (index: number): PaletteEntry['colour'] => palette[index]?.colour ?? [0, 0, 0];

/** What a colour is closest to, black included, and how far it is (Euclidean, in levels). The lowest index of equals.
 * @param entries classes to choose from */
export function nearestClass(
  red: number,
  green: number,
  blue: number,
  entries = cocoPanoptic,
): { index: number; distance: number } {
  let [index, least] = [unlabelled, red * red + green * green + blue * blue];
  for (const entry of entries) {
    const [r, g, b] = entry.colour;
    const square = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
    if (square < least) [index, least] = [entry.index, square];
  }
  return { index, distance: Math.sqrt(least) };
}

/** Classes of all pixels: indices, `unlabelled` or `offPalette`, [height][width]. The one colour that both palettes have is read as that
 * palette has it which more of the other pixels belong to. @param rgb [height][width][3] */
export function classesOf(rgb: Uint8Array): Uint8Array {
  const out = new Uint8Array(rgb.length / 3);
  for (let i = 0, last = -1, found = 0; i < out.length; i++) {
    const key = toKey(rgb[i * 3]!, rgb[i * 3 + 1]!, rgb[i * 3 + 2]!);
    if (key !== last) found = indexByColour.get((last = key)) ?? offPalette; // neighbours are mostly equal
    out[i] = found;
  }
  if (paletteOf(out) === sceneClasses) for (let i = 0; i < out.length; i++) if (out[i] === person) out[i] = ball;
  return out;
}

const person = 0;
const ball = firstSceneClass + sceneClassNames.indexOf('ball');

/** The palette that most classes of a map are from: COCO's, or that of rendered scenes. */
export function paletteOf(classes: Uint8Array): readonly PaletteEntry[] {
  let [coco, scenes] = [0, 0];
  for (const index of classes) {
    if (index > person && index < firstSceneClass) coco++;
    else if (index >= firstSceneClass && index < palette.length) scenes++;
  }
  return scenes > coco ? sceneClasses : cocoPanoptic;
}

/** Paints classes in their colours; anything that is no index of the palette becomes black. @returns [height][width][3] */
export function paintClasses(classes: Uint8Array): Uint8Array {
  const out = new Uint8Array(classes.length * 3);
  for (let i = 0; i < classes.length; i++) out.set(colourOf(classes[i]!), i * 3);
  return out;
}
