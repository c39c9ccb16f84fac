import { KIND_SOLIDS, REACH } from './kinds.ts';
import { MATERIALS, surfaceOf, type Material } from './materials.ts';
import { ANCHOR, TILE, TOKEN, type Bounds, type SceneObject } from './scene.ts';
import { add, dot, intersect, unit, type Hit, type Solid, type Vector } from './solids.ts';
import { directionIn, pointIn, stanceOf, type Stance } from './stances.ts';

/** Everything about an object but its colour. */
export type Shape = Pick<SceneObject, 'kind' | 'size' | 'pose'>;

/** Where a shape is and what it hides. Arrays are TILE x TILE, row by row. */
export interface Outline {
  readonly through: Float64Array; // ground that stays visible, times its shadow; 1 = untouched
  readonly cover: Float64Array; // 0..1
  readonly nearness: Float64Array; // towards the viewer, world units, of the covered part; 0 where nothing is covered
}

/**
 * One object, ray-cast once. A pixel over ground g with paint colour p and second paint s, all in linear light, is
 * `g * through + p * paint + fixed + s * second`.
 */
export interface Sprite extends Outline {
  readonly paint: Float64Array;
  readonly second: Float64Array;
  readonly fixed: Float64Array; // RGB interleaved
  readonly touched: Int32Array; // indices of the pixels that are not plain ground
  readonly bounds: Bounds; // tokens of the tile that hold touched pixels or neighbours of one, in pixels of the tile
}

/** Pixels per world unit of a big object. */
export const SCALE = 20;
const SMALL = 0.68;
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

/** A body and the light and camera around it, in its own space: nothing else needs to know how it stands. */
interface Stage {
  readonly solids: readonly Solid[];
  readonly stance: Stance;
  readonly scale: number; // pixels per world unit
  readonly forward: Vector;
  readonly upward: Vector; // against gravity
  readonly sun: Vector;
  readonly halfway: Vector;
  readonly lamp: readonly Vector[];
  readonly sky: readonly Vector[];
}

type Paints = Pick<Sprite, 'paint' | 'second' | 'fixed'>;
type Drawing = Outline & { readonly paints: Readonly<Record<Material, Paints>> };

const cache = new Map<string, Readonly<Record<Material, Sprite>>>();

/** The sprite of an object, whatever its colour; rendered on first use, in all materials at once. */
export function sprite(object: Omit<SceneObject, 'color'>): Sprite {
  const key = shapeName(object);
  let found = cache.get(key);
  if (!found) cache.set(key, (found = renderSprites(object)));
  return found[object.material ?? 'plain'];
}

/** Shapes of the same name look the same in depth and segmentation maps. */
export const shapeName = ({ kind, size, pose }: Shape): string => `${kind} ${size ?? ''} ${pose ?? ''}`;

function renderSprites(shape: Shape): Record<Material, Sprite> {
  const stage = stageOf(shape);
  const size = TILE * TILE;
  const floats = (length: number): Float64Array => new Float64Array(length);
  const newPaints = (): Paints => ({ paint: floats(size), second: floats(size), fixed: floats(size * 3) });
  const outline = { through: floats(size), cover: floats(size), nearness: floats(size) };
  const drawing = { ...outline, paints: { plain: newPaints(), metal: newPaints(), striped: newPaints() } };
  for (let pixel = 0; pixel < size; pixel++) renderPixel(stage, pixel, drawing);
  const touched = touchedPixels(outline);
  const common = { ...outline, touched, bounds: boundsAround(touched) };
  const finished = (material: Material): Sprite => ({ ...common, ...drawing.paints[material] });
  return { plain: finished('plain'), metal: finished('metal'), striped: finished('striped') };
}

function stageOf(shape: Shape): Stage {
  const stance = stanceOf(shape);
  const turn = (v: Vector): Vector => directionIn(stance, v);
  return {
    solids: KIND_SOLIDS[shape.kind],
    stance,
    scale: shape.size === 'small' ? SMALL * SCALE : SCALE,
    forward: turn(FORWARD),
    upward: turn([0, 1, 0]),
    sun: turn(SUN),
    halfway: turn(HALFWAY),
    lamp: LAMP.map(turn),
    sky: SKY.map(turn),
  };
}

function touchedPixels({ through, cover }: Outline): Int32Array {
  return Int32Array.from([...through.keys()].filter((i) => through[i] !== 1 || cover[i] > 0));
}

function boundsAround(touched: Int32Array): Bounds {
  const xs = Array.from(touched, (i) => i % TILE);
  const ys = Array.from(touched, (i) => Math.floor(i / TILE));
  const first = (values: number[]): number => Math.floor((Math.min(...values) - 1) / TOKEN) * TOKEN;
  const end = (values: number[]): number => Math.ceil((Math.max(...values) + 2) / TOKEN) * TOKEN;
  return { left: first(xs), top: first(ys), right: end(xs), bottom: end(ys) };
}

function renderPixel(stage: Stage, pixel: number, out: Drawing): void {
  const share = 1 / (SAMPLES * SAMPLES);
  let nearest = -Infinity;
  for (let i = 0; i < SAMPLES * SAMPLES; i++) {
    const x = ((pixel % TILE) + ((i % SAMPLES) + 0.5) / SAMPLES - ANCHOR[0]) / stage.scale;
    const y = (ANCHOR[1] - Math.floor(pixel / TILE) - (Math.floor(i / SAMPLES) + 0.5) / SAMPLES) / stage.scale;
    const origin = pointIn(stage.stance, add(add(add([0, 0, 0], RIGHT, x), UP, y), FORWARD, -10));
    const hit = closest(stage.solids, origin, stage.forward);
    if (hit) {
      shade(stage, hit, add(origin, stage.forward, hit.distance), { share, pixel }, out);
      nearest = Math.max(nearest, 10 - hit.distance);
      out.cover[pixel] += share;
    } else out.through[pixel] += share * groundLight(stage, x, y);
  }
  out.through[pixel] = fadeAtBorder(out.through[pixel], out.cover[pixel], pixel);
  out.nearness[pixel] = nearest === -Infinity ? 0 : nearest * (stage.scale / SCALE);
}

type SolidHit = Hit & { readonly solid: Solid };

function closest(solids: readonly Solid[], origin: Vector, direction: Vector): SolidHit | null {
  if (!isNear(origin, direction)) return null;
  let best: SolidHit | null = null;
  for (const solid of solids) {
    const hit = intersect(solid, origin, direction);
    if (hit && (!best || hit.distance < best.distance)) best = { ...hit, solid };
  }
  return best;
}

/** Whether a ray passes the ball that holds all bodies. */
function isNear(origin: Vector, direction: Vector): boolean {
  const gap = add(REACH.center, origin, -1);
  const along = dot(gap, direction);
  return dot(gap, gap) - along * along < REACH.radius * REACH.radius;
}

function shade(
  stage: Stage,
  { normal, solid }: SolidHit,
  point: Vector,
  { share, pixel }: { share: number; pixel: number },
  out: Drawing,
): void {
  const { upward: up, forward } = stage;
  const start = add(point, normal, 1e-3);
  const sun = Math.max(0, dot(normal, stage.sun)) * openShare(stage, stage.lamp, start);
  const light = 0.16 + 0.42 * skyLight(stage, start, normal) + 0.78 * sun;
  const shine = highlight(dot(normal, stage.halfway));
  const lit = sun > 0 ? 0.75 : 0;
  const height = dot(point, up) + stage.stance.origin[1];
  const spot = { finish: solid.finish(point, normal), point, normal, gloss: solid.gloss, up, forward, height };
  for (const material of MATERIALS) {
    const { paint, second, fixed, gloss } = surfaceOf[material](spot);
    const to = out.paints[material];
    to.paint[pixel] += share * light * paint;
    to.second[pixel] += share * light * second;
    for (let c = 0; c < 3; c++) to.fixed[pixel * 3 + c] += share * (fixed[c as 0] * light + gloss * shine * lit);
  }
}

/** Blinn highlight with exponent 32, by repeated multiplication. */
function highlight(facing: number): number {
  let power = Math.max(0, facing);
  for (let i = 0; i < 5; i++) power *= power;
  return power;
}

const isOpen = ({ solids }: Stage, start: Vector, direction: Vector): boolean =>
  !isNear(start, direction) || !solids.some((solid) => intersect(solid, start, direction));

function openShare(stage: Stage, directions: readonly Vector[], start: Vector): number {
  let open = 0;
  for (const direction of directions) if (isOpen(stage, start, direction)) open++;
  return open / directions.length;
}

function skyLight(stage: Stage, start: Vector, normal: Vector): number {
  let light = 0;
  for (const direction of stage.sky) {
    const facing = 0.5 + 0.5 * dot(direction, normal);
    if (facing <= 0.5) light += facing * 0.6;
    else if (isOpen(stage, start, direction)) light += facing;
  }
  return light / stage.sky.length;
}

/** Light left on the ground behind a screen point: sun shadow plus contact shadow. */
function groundLight(stage: Stage, x: number, y: number): number {
  const ground = pointIn(stage.stance, [x, 1e-3, -y / PITCH.sin]);
  const sun = openShare(stage, stage.lamp, ground);
  const sky = Math.min(1, openShare(stage, stage.sky, ground) + 0.23);
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
