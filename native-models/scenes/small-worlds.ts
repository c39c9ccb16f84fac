import { emptyWorld, WORLD_WIDTH } from './panorama.ts';
import { ALL_STYLES, BACKGROUNDS, FRAME } from './scene.ts';

/** Pixels along one side of a cell. */
const CELL = 4;

/** Every background in every style without objects, as far as shifts show it: [worlds][FRAME / 4][width][3], mean colours of 4 x 4 pixels. */
export function smallWorlds(): { readonly pictures: Uint8Array; readonly width: number } {
  const width = WORLD_WIDTH / CELL;
  const pictures = BACKGROUNDS.flatMap((background) =>
    ALL_STYLES.map((style) => shrink(emptyWorld(background, style).data, width)),
  );
  return { pictures: Uint8Array.from(pictures.flatMap((picture) => [...picture])), width };
}

function shrink(data: Uint8Array, width: number): Uint8Array {
  const sums = new Float64Array((FRAME / CELL) * width * 3);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3);
    const [x, y] = [pixel % WORLD_WIDTH, Math.floor(pixel / WORLD_WIDTH)];
    sums[(Math.floor(y / CELL) * width + Math.floor(x / CELL)) * 3 + (i % 3)] += data[i];
  }
  return Uint8Array.from(sums, (sum) => Math.round(sum / CELL ** 2));
}
