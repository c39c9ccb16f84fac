import { sceneSide } from './config.ts';

/** Side of the small pictures that worlds are recognised by. */
export const worldSide = 32;

/** All worlds a network knows, small, and where in them no object can stand. */
export interface KnownWorlds {
  readonly pictures: Uint8Array; // [worlds][3][worldSide][worldSide]
  readonly outside: Float32Array; // 1 or 0, [worldSide][worldSide]
}

/** @param empty scenes without objects, [sceneSide][sceneSide][3] each
 * @param isOutside whether no object can stand at a pixel */
export function knownWorlds(empty: readonly Uint8Array[], isOutside: (x: number, y: number) => boolean): KnownWorlds {
  const cell = sceneSide / worldSide;
  const cells = worldSide ** 2;
  const pictures = new Uint8Array(empty.length * 3 * cells);
  const outside = new Float32Array(cells);
  for (let i = 0; i < cells; i++) {
    const [left, top] = [(i % worldSide) * cell, Math.floor(i / worldSide) * cell];
    const pixels = Array.from(
      { length: cell ** 2 },
      (_, k) => [left + (k % cell), top + Math.floor(k / cell)] as const,
    );
    outside[i] = Number(pixels.every(([x, y]) => isOutside(x, y)));
    for (const [world, picture] of empty.entries()) {
      for (let c = 0; c < 3; c++) {
        const sum = pixels.reduce((total, [x, y]) => total + picture[(y * sceneSide + x) * 3 + c], 0);
        pictures[(world * 3 + c) * cells + i] = Math.round(sum / pixels.length);
      }
    }
  }
  return { pictures, outside };
}
