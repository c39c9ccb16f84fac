import { KIND_SOLIDS } from './kinds.ts';
import { ANCHOR, TILE, type Kind } from './scene.ts';
import { add, dot, intersect, unit, type Hit, type Solid, type Vector } from './solids.ts';

/**
 * One kind, ray-cast once. A pixel over ground g with paint colour p, all in linear light, is
 * `g * through + p * paint + fixed`. Arrays are TILE x TILE, row by row.
 */
export interface Sprite {
  readonly through: Float64Array; // ground that stays visible, times its shadow; 1 = untouched
  readonly paint: Float64Array;
  readonly fixed: Float64Array; // RGB interleaved
  readonly cover: Float64Array; // 0..1
  readonly nearness: Float64Array; // towards the viewer, world units, of the covered part; 0 where nothing is covered
}

/** Pixels per world unit. */
export const SCALE = 20;
/** Camera pitch: looks down by 30 degrees, parallel projection. */
export const PITCH = { cos: 0.8660254037844386, sin: 0.5 } as const;

const SAMPLES = 4; // per pixel and axis
const RIGHT: Vector = [1, 0, 0];
const UP: Vector = [0, PITCH.cos, -PITCH.sin];
const FORWARD: Vector = [0, -PITCH.sin, -PITCH.cos];
const SUN = unit([-0.42, 1, 0.36]);
const HALFWAY = unit(add(SUN, FORWARD, -1));
// A small lamp instead of a point: shadows get a soft rim.
const LAMP = [SUN, unit([-0.3, 1, 0.36]), unit([-0.54, 1, 0.36]), unit([-0.42, 1, 0.24]), unit([-0.42, 1, 0.48])];
const SKY: readonly Vector[] = [
  [0, 1, 0],
  [0.7, 0.7, 0],
  [-0.7, 0.7, 0],
  [0, 0.7, 0.7],
  [0, 0.7, -0.7],
  [0.65, 0.4, 0.65],
  [-0.65, 0.4, 0.65],
  [0.65, 0.4, -0.65],
  [-0.65, 0.4, -0.65],
].map((v) => unit(v as unknown as Vector));

const cache = new Map<Kind, Sprite>();

/** The sprite of a kind; rendered on first use. */
export function sprite(kind: Kind): Sprite {
  let found = cache.get(kind);
  if (!found) cache.set(kind, (found = renderSprite(KIND_SOLIDS[kind])));
  return found;
}

function renderSprite(solids: readonly Solid[]): Sprite {
  const size = TILE * TILE;
  const out: Sprite = {
    through: new Float64Array(size),
    paint: new Float64Array(size),
    fixed: new Float64Array(size * 3),
    cover: new Float64Array(size),
    nearness: new Float64Array(size),
  };
  for (let pixel = 0; pixel < size; pixel++) renderPixel(solids, pixel, out);
  return out;
}

function renderPixel(solids: readonly Solid[], pixel: number, out: Sprite): void {
  const share = 1 / (SAMPLES * SAMPLES);
  let nearest = -Infinity;
  for (let i = 0; i < SAMPLES * SAMPLES; i++) {
    const x = ((pixel % TILE) + ((i % SAMPLES) + 0.5) / SAMPLES - ANCHOR[0]) / SCALE;
    const y = (ANCHOR[1] - Math.floor(pixel / TILE) - (Math.floor(i / SAMPLES) + 0.5) / SAMPLES) / SCALE;
    const origin = add(add(add([0, 0, 0], RIGHT, x), UP, y), FORWARD, -10);
    const hit = closest(solids, origin, FORWARD);
    if (hit) {
      shade(hit, add(origin, FORWARD, hit.distance), solids, share, pixel, out);
      nearest = Math.max(nearest, 10 - hit.distance);
      out.cover[pixel] += share;
    } else out.through[pixel] += share * groundLight(solids, x, y);
  }
  out.through[pixel] = fadeAtBorder(out.through[pixel], out.cover[pixel], pixel);
  out.nearness[pixel] = nearest === -Infinity ? 0 : nearest;
}

function closest(solids: readonly Solid[], origin: Vector, direction: Vector): (Hit & { solid: Solid }) | null {
  let best: (Hit & { solid: Solid }) | null = null;
  for (const solid of solids) {
    const hit = intersect(solid, origin, direction);
    if (hit && (!best || hit.distance < best.distance)) best = { ...hit, solid };
  }
  return best;
}

function shade(
  hit: Hit & { solid: Solid },
  point: Vector,
  solids: readonly Solid[],
  share: number,
  pixel: number,
  out: Sprite,
): void {
  const start = add(point, hit.normal, 1e-3);
  const sun = Math.max(0, dot(hit.normal, SUN)) * openShare(LAMP, start, solids);
  const sky = skyLight(start, hit.normal, solids);
  const light = 0.16 + 0.42 * sky + 0.78 * sun;
  const finish = hit.solid.finish(point, hit.normal);
  const shine = hit.solid.gloss * highlight(hit.normal) * (sun > 0 ? 0.75 : 0);
  const fixed = 'fixed' in finish ? finish.fixed : ([0, 0, 0] as const);
  if ('paint' in finish) out.paint[pixel] += share * light * finish.paint;
  for (let c = 0; c < 3; c++) out.fixed[pixel * 3 + c] += share * (fixed[c as 0] * light + shine);
}

/** Blinn highlight with exponent 32, by repeated multiplication. */
function highlight(normal: Vector): number {
  let power = Math.max(0, dot(normal, HALFWAY));
  for (let i = 0; i < 5; i++) power *= power;
  return power;
}

function openShare(directions: readonly Vector[], start: Vector, solids: readonly Solid[]): number {
  let open = 0;
  for (const direction of directions) {
    if (!solids.some((solid) => intersect(solid, start, direction))) open++;
  }
  return open / directions.length;
}

function skyLight(start: Vector, normal: Vector, solids: readonly Solid[]): number {
  let light = 0;
  let total = 0;
  for (const direction of SKY) {
    const facing = 0.5 + 0.5 * dot(direction, normal);
    total += 1;
    if (facing > 0.5 && !solids.some((solid) => intersect(solid, start, direction))) light += facing;
    else if (facing <= 0.5) light += facing * 0.6;
  }
  return light / total;
}

/** Light left on the ground behind a screen point: sun shadow plus contact shadow. */
function groundLight(solids: readonly Solid[], x: number, y: number): number {
  const ground: Vector = [x, 1e-3, -y / PITCH.sin];
  const sun = openShare(LAMP, ground, solids);
  const sky = Math.min(1, openShare(SKY, ground, solids) + 0.23);
  return 0.3 + 0.2 * sky + 0.5 * sun * (0.4 + 0.6 * sky);
}

/** Nothing may reach the outer two pixels of a tile, or neighbouring tokens would change with the object. */
function fadeAtBorder(through: number, cover: number, pixel: number): number {
  const x = pixel % TILE;
  const y = Math.floor(pixel / TILE);
  const distance = Math.min(x, y, TILE - 1 - x, TILE - 1 - y);
  const strength = Math.max(0, Math.min(1, (distance - 1) / 3));
  return 1 - cover - (1 - cover - through) * strength;
}
