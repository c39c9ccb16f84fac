import { always, CHALK, CREAM, frustum, painted, RUBBER, SLATE, WOOD } from './parts.ts';
import { add, dot, slab, unit, walls, type Finish, type Plane, type Solid, type Vector } from './solids.ts';

// Kinds that are put together from several parts, some in fixed colours.

const DOOR: Vector = [0.2, 0.085, 0.035];
const GLASS: Vector = [0.95, 0.74, 0.28];
const CARROT: Vector = [0.9, 0.26, 0.03];

export function tree(): Solid[] {
  return [
    frustum(0, 0.6, 0.17, 0.15, always({ fixed: WOOD })),
    frustum(0.36, 1.06, 0.86, 0.3, always(painted)),
    frustum(0.86, 1.52, 0.68, 0.2, always({ paint: 1.08 })),
    frustum(1.34, 1.98, 0.5, 0.01, always({ paint: 1.16 })),
  ];
}

export function house(): Solid[] {
  const cos = 0.8;
  const sin = 0.6;
  const side: Vector = [cos, 0, -sin];
  const front: Vector = [sin, 0, cos];
  const rise = unit([0.62, 0.85, 0]);
  const slope = (sign: number): Plane => {
    const normal: Vector = [side[0] * rise[0] * sign, rise[1], side[2] * rise[0] * sign];
    return { normal, offset: rise[1] * 1.7 };
  };
  const wallFinish = (point: Vector, normal: Vector): Finish =>
    houseFront(dot(point, side), point[1], dot(normal, front) > 0.9);
  const gable: Plane[] = [slope(1), slope(-1)];
  const roofDepth: Plane[] = [
    { normal: front, offset: 0.7 },
    { normal: [-front[0], 0, -front[2]], offset: 0.7 },
  ];
  const under = (plane: Plane): Plane => ({ normal: plane.normal, offset: plane.offset - 0.13 });
  return [
    {
      planes: [...walls(0.66, 0.6, cos, sin), ...slab(0, 1.8), ...gable.map(under)],
      round: null,
      gloss: 0.05,
      finish: wallFinish,
    },
    roofPanel(slope(1), side, 1, roofDepth),
    roofPanel(slope(-1), side, -1, roofDepth),
  ];
}

function roofPanel(top: Plane, side: Vector, sign: number, depth: readonly Plane[]): Solid {
  const bottom: Plane = { normal: [-top.normal[0], -top.normal[1], -top.normal[2]], offset: -(top.offset - 0.13) };
  const outward: Vector = [side[0] * sign, 0, side[2] * sign];
  const eaves: Plane = { normal: outward, offset: 0.82 };
  const ridge: Plane = { normal: [-outward[0], 0, -outward[2]], offset: 0 };
  return { planes: [top, bottom, eaves, ridge, ...depth], round: null, gloss: 0.1, finish: always({ fixed: SLATE }) };
}

function houseFront(across: number, height: number, isFront: boolean): Finish {
  if (!isFront) return painted;
  if (across > 0.06 && across < 0.4 && height < 0.6) return { fixed: DOOR };
  if (across > -0.45 && across < -0.12 && height > 0.3 && height < 0.66) return { fixed: GLASS };
  return painted;
}

export function mushroom(): Solid[] {
  const center: Vector = [0, 0.8, 0];
  const dots: readonly Vector[] = [
    unit([-0.1, 0.75, 0.65]),
    unit([-0.8, 0.35, 0.5]),
    unit([0.7, 0.42, 0.62]),
    unit([0.35, 1, -0.1]),
    unit([0.05, 0.14, 1]),
    unit([-0.55, 0.9, -0.1]),
  ];
  const spotted = (point: Vector, normal: Vector): Finish => {
    if (normal[1] < -0.9) return { fixed: CREAM };
    const ray = unit([point[0] / 0.88, (point[1] - center[1]) / 0.86, point[2] / 0.88]);
    return dots.some((spot) => dot(spot, ray) > 0.968) ? { fixed: CHALK } : painted;
  };
  return [
    frustum(0, 0.9, 0.4, 0.3, always({ fixed: CREAM })),
    {
      planes: [{ normal: [0, -1, 0], offset: -center[1] + 0.06 }],
      round: { type: 'ellipsoid', center, radii: [0.88, 0.86, 0.88] },
      gloss: 0.7,
      finish: spotted,
    },
  ];
}

/** Two balls of snow with a scarf between them, a face and a hat. */
export function snowman(): Solid[] {
  const body: Vector = [0, 0.58, 0];
  const head: Vector = [0, 1.24, 0];
  return [
    {
      planes: [],
      round: { type: 'ellipsoid', center: body, radii: [0.68, 0.6, 0.68] },
      gloss: 0.3,
      finish: buttoned(body),
    },
    frustum(0.92, 1.08, 0.47, 0.47, always({ fixed: CREAM })),
    {
      planes: [],
      round: { type: 'ellipsoid', center: head, radii: [0.43, 0.4, 0.43] },
      gloss: 0.3,
      finish: faced(head),
    },
    frustum(1.47, 1.54, 0.48, 0.48, always({ fixed: RUBBER })),
    frustum(1.52, 1.8, 0.31, 0.29, always({ fixed: RUBBER })),
  ];
}

const buttoned =
  (center: Vector): Solid['finish'] =>
  (point) => {
    const ray = unit(add(point, center, -1));
    return isAt(ray, [0.1, 0.55, 0.85], 0.985) || isAt(ray, [0.1, 0.1, 1], 0.985) ? { fixed: RUBBER } : painted;
  };

const faced =
  (center: Vector): Solid['finish'] =>
  (point) => {
    const ray = unit(add(point, center, -1));
    if (isAt(ray, [0.12, 0.12, 1], 0.955)) return { fixed: CARROT };
    return isAt(ray, [-0.32, 0.55, 1], 0.97) || isAt(ray, [0.56, 0.55, 0.9], 0.97) ? { fixed: RUBBER } : painted;
  };

const isAt = (ray: Vector, direction: Vector, cosine: number): boolean => dot(ray, unit(direction)) > cosine;

/** Seat and back in the paint, legs of wood. */
export function chair(): Solid[] {
  const half = 0.52;
  const legs = (
    [
      [-1, -1],
      [1, -1],
      [-1, 1],
      [1, 1],
    ] as const
  ).map(([x, z]) => block([x * (half - 0.1), 0, z * (half - 0.1)], [0.1, 0.5, 0.1], { fixed: WOOD }));
  return [
    ...legs,
    block([0, 0.48, 0], [half, 0.18, half], { paint: 1.1 }),
    block([0, 0.6, -half + 0.1], [half, 0.92, 0.1], painted),
  ];
}

/** A box on `foot`, in the directions of a chair that looks to the right front. Half width, height and half depth. */
function block(foot: Vector, [width, height, depth]: Vector, finish: Finish): Solid {
  const [cos, sin] = [0.8, 0.6];
  const [x, z] = [foot[0] * cos + foot[2] * sin, foot[2] * cos - foot[0] * sin];
  const moved = walls(width, depth, cos, sin).map(({ normal, offset }) => ({
    normal,
    offset: offset + normal[0] * x + normal[2] * z,
  }));
  return { planes: [...moved, ...slab(foot[1], foot[1] + height)], round: null, gloss: 0.15, finish: always(finish) };
}
