import { CHALK } from './parts.ts';
import { add, dot, unit, type Finish, type Vector } from './solids.ts';

/** Materials of a painted surface; fixed parts keep theirs. */
export const MATERIALS = ['plain', 'metal', 'striped'] as const;
export type Material = (typeof MATERIALS)[number];

/** A point of a body's surface in the body's own space, with the world's directions there. */
export interface Spot {
  readonly finish: Finish;
  readonly point: Vector;
  readonly normal: Vector;
  readonly gloss: number;
  readonly up: Vector;
  readonly forward: Vector; // away from the viewer
  readonly height: number; // above the ground, world units
}

/** What a spot shows of the object's paint, of its second paint and of fixed linear RGB, before light, and how much it shines. */
export interface Surface {
  readonly paint: number;
  readonly second: number;
  readonly fixed: Vector;
  readonly gloss: number;
}

const NOTHING: Vector = [0, 0, 0];

export const surfaceOf: Readonly<Record<Material, (spot: Spot) => Surface>> = { plain, metal, striped };

function plain({ finish, gloss }: Spot): Surface {
  return 'paint' in finish
    ? { paint: finish.paint, second: 0, fixed: NOTHING, gloss }
    : { paint: 0, second: 0, fixed: finish.fixed, gloss };
}

/** Bands slanting around the whole body; its chalk decoration gives way to them. */
const ACROSS = unit([0.62, 0.7, 0.35]);
const BAND = 0.4; // world units

function striped(spot: Spot): Surface {
  const { finish, point } = spot;
  if ('fixed' in finish && finish.fixed !== CHALK) return plain(spot);
  const paint = 'paint' in finish ? finish.paint : 1;
  const isSecond = Math.floor(dot(point, ACROSS) / BAND + 0.25) % 2 !== 0;
  return { ...plain(spot), fixed: NOTHING, ...(isSecond ? { paint: 0, second: paint } : { paint, second: 0 }) };
}

/** A polished surface mirrors a world of bands: sky, a dark horizon, ground. [end of the band, paint, white] */
const MIRRORED = [
  [0.16, 1.1, 0.6],
  [0.34, 1.5, 0.1],
  [0.46, 0.7, 0.01],
  [0.78, 0.16, 0],
  [1, 0.5, 0.02],
] as const;
/** World units of height after which the bands repeat on a flat upright surface. */
const REPEAT = 1.1;

function metal(spot: Spot): Surface {
  const { finish, normal, up, forward, height } = spot;
  if ('fixed' in finish) return plain(spot);
  const mirrored = dot(add(forward, normal, -2 * dot(forward, normal)), up);
  const where = 0.3 * mirrored + height / REPEAT + 4.3;
  const part = where - Math.floor(where);
  const [, paint, white] = MIRRORED.find(([end]) => part < end) ?? MIRRORED[4];
  return { paint: finish.paint * paint, second: 0, fixed: [white, white, white], gloss: 1.6 };
}
