/** Convex solids and ray intersection. World space: x right, y up, z towards the viewer; the ground is y = 0. */

export type Vector = readonly [number, number, number];

/** Half of space, up to a plane. */
export interface Plane {
  readonly normal: Vector; // outward, unit length
  readonly offset: number; // inside: dot(normal, p) <= offset
}

/** Surface of revolution about a vertical axis, or an axis-aligned ellipsoid. */
export type Round =
  | { readonly type: 'ellipsoid'; readonly center: Vector; readonly radii: Vector }
  | { readonly type: 'cone'; readonly bottom: number; readonly radius: number; readonly slope: number };

/** Colour of a surface point: the object's own paint, or a fixed linear RGB. */
export type Finish = { readonly paint: number } | { readonly fixed: Vector };

/** Intersection of half-spaces and at most one round body. */
export interface Solid {
  readonly planes: readonly Plane[];
  readonly round: Round | null;
  readonly gloss: number; // strength of the highlight, 0..1
  readonly finish: (point: Vector, normal: Vector) => Finish;
}

/** Where a ray meets a solid first. */
export interface Hit {
  readonly distance: number;
  readonly normal: Vector;
}

export const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
/** a + scale · b. */
export const add = (a: Vector, b: Vector, scale: number): Vector => [
  a[0] + b[0] * scale,
  a[1] + b[1] * scale,
  a[2] + b[2] * scale,
];
export function unit(v: Vector): Vector {
  const length = Math.sqrt(dot(v, v));
  return [v[0] / length, v[1] / length, v[2] / length];
}

const EPSILON = 1e-7;

interface Interval {
  near: number;
  far: number;
  face: Plane | null; // the plane entered at near; null when the round body is
}

/** First point of the solid along the ray, or null. Only hits in front of the origin count. */
export function intersect(solid: Solid, origin: Vector, direction: Vector): Hit | null {
  const interval = roundInterval(solid.round, origin, direction);
  if (!interval) return null;
  for (const plane of solid.planes) {
    if (!clip(interval, plane, origin, direction)) return null;
  }
  if (interval.near <= EPSILON || !Number.isFinite(interval.near)) return null;
  const normal = interval.face
    ? interval.face.normal
    : roundNormal(solid.round as Round, add(origin, direction, interval.near));
  return { distance: interval.near, normal };
}

function clip(interval: Interval, plane: Plane, origin: Vector, direction: Vector): boolean {
  const toward = dot(plane.normal, direction);
  const gap = plane.offset - dot(plane.normal, origin);
  if (Math.abs(toward) < EPSILON) return gap >= 0;
  const t = gap / toward;
  if (toward > 0) interval.far = Math.min(interval.far, t);
  else if (t > interval.near) {
    interval.near = t;
    interval.face = plane;
  }
  return interval.near < interval.far;
}

function roundInterval(round: Round | null, origin: Vector, direction: Vector): Interval | null {
  if (!round) return { near: -Infinity, far: Infinity, face: null };
  const [a, b, c] = round.type === 'ellipsoid' ? ellipsoid(round, origin, direction) : cone(round, origin, direction);
  const discriminant = b * b - a * c;
  if (discriminant <= 0 || Math.abs(a) < EPSILON) return null;
  const root = Math.sqrt(discriminant);
  const first = Math.min((-b - root) / a, (-b + root) / a);
  const second = Math.max((-b - root) / a, (-b + root) / a);
  if (a > 0) return { near: first, far: second, face: null };
  return nappe(round, origin, direction, first, second);
}

/** A steep ray meets both halves of a double cone; keep the half whose radius is positive. */
function nappe(round: Round, origin: Vector, direction: Vector, first: number, second: number): Interval | null {
  if (round.type !== 'cone') return null;
  const radiusAt = (t: number): number => round.radius + round.slope * (origin[1] + t * direction[1] - round.bottom);
  if (radiusAt(second + 1) > 0) return { near: second, far: Infinity, face: null };
  return { near: -Infinity, far: first, face: null };
}

type Quadratic = readonly [a: number, halfB: number, c: number];

function ellipsoid(round: Round & { type: 'ellipsoid' }, origin: Vector, direction: Vector): Quadratic {
  const [rx, ry, rz] = round.radii;
  const o: Vector = [
    (origin[0] - round.center[0]) / rx,
    (origin[1] - round.center[1]) / ry,
    (origin[2] - round.center[2]) / rz,
  ];
  const d: Vector = [direction[0] / rx, direction[1] / ry, direction[2] / rz];
  return [dot(d, d), dot(o, d), dot(o, o) - 1];
}

function cone(round: Round & { type: 'cone' }, origin: Vector, direction: Vector): Quadratic {
  const radius = round.radius + round.slope * (origin[1] - round.bottom);
  const growth = round.slope * direction[1];
  return [
    direction[0] * direction[0] + direction[2] * direction[2] - growth * growth,
    origin[0] * direction[0] + origin[2] * direction[2] - radius * growth,
    origin[0] * origin[0] + origin[2] * origin[2] - radius * radius,
  ];
}

function roundNormal(round: Round, point: Vector): Vector {
  if (round.type === 'cone') {
    const radius = Math.sqrt(point[0] * point[0] + point[2] * point[2]);
    return unit([point[0], -round.slope * radius, point[2]]);
  }
  const [rx, ry, rz] = round.radii;
  return unit([
    (point[0] - round.center[0]) / (rx * rx),
    (point[1] - round.center[1]) / (ry * ry),
    (point[2] - round.center[2]) / (rz * rz),
  ]);
}

/** Planes of a horizontal slab. */
export function slab(bottom: number, top: number): Plane[] {
  return [
    { normal: [0, 1, 0], offset: top },
    { normal: [0, -1, 0], offset: -bottom },
  ];
}

/** Vertical side planes of a box turned about the y axis; (cos, sin) is the turn. */
export function walls(halfWidth: number, halfDepth: number, cos: number, sin: number): Plane[] {
  return [
    { normal: [cos, 0, -sin], offset: halfWidth },
    { normal: [-cos, 0, sin], offset: halfWidth },
    { normal: [sin, 0, cos], offset: halfDepth },
    { normal: [-sin, 0, -cos], offset: halfDepth },
  ];
}
