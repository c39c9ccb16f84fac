import type { Kind } from './scene.ts';
import { add, dot, slab, unit, walls, type Finish, type Plane, type Solid, type Vector } from './solids.ts';

// Fixed part colours, linear RGB.
const WOOD: Vector = [0.17, 0.08, 0.035];
const CREAM: Vector = [0.82, 0.72, 0.55];
const CHALK: Vector = [0.9, 0.9, 0.88];
const SLATE: Vector = [0.085, 0.1, 0.16];
const DOOR: Vector = [0.2, 0.085, 0.035];
const GLASS: Vector = [0.95, 0.74, 0.28];
const RUBBER: Vector = [0.05, 0.052, 0.065];

const painted: Finish = { paint: 1 };
const always =
  (finish: Finish): Solid['finish'] =>
  () =>
    finish;

/** Solids of each kind around the origin, standing on y = 0, at most 1.8 units wide and 2.1 high. */
export const KIND_SOLIDS: Readonly<Record<Kind, readonly Solid[]>> = {
  ball: ball(),
  cube: cube(),
  cone: trafficCone(),
  tree: tree(),
  house: house(),
  mushroom: mushroom(),
};

function frustum(bottom: number, top: number, lower: number, upper: number, finish: Solid['finish']): Solid {
  const slope = (upper - lower) / (top - bottom);
  return { planes: slab(bottom, top), round: { type: 'cone', bottom, radius: lower, slope }, gloss: 0.15, finish };
}

function ball(): Solid[] {
  const center: Vector = [0, 0.84, 0];
  const stripe = unit([-0.45, 0.8, 0.4]);
  const finish = (point: Vector): Finish => {
    const height = dot(add(point, center, -1), stripe);
    return height > 0.16 && height < 0.36 ? { fixed: CHALK } : painted;
  };
  return [{ planes: [], round: { type: 'ellipsoid', center, radii: [0.84, 0.84, 0.84] }, gloss: 1, finish }];
}

/** Lighter towards the edges, which reads as a small bevel. */
function bevel(planes: readonly Plane[], width: number): Solid['finish'] {
  return (point) => {
    const gaps = planes.map((plane) => plane.offset - dot(plane.normal, point)).sort((a, b) => a - b);
    return { paint: (gaps[1] as number) < width ? 1.35 : 1 };
  };
}

function cube(): Solid[] {
  const planes = [...walls(0.66, 0.66, 0.8, 0.6), ...slab(0, 1.3)];
  return [{ planes, round: null, gloss: 0.2, finish: bevel(planes, 0.075) }];
}

function trafficCone(): Solid[] {
  const banded = ({ 1: y }: Vector): Finish =>
    (y > 0.55 && y < 0.85) || (y > 1.18 && y < 1.42) ? { fixed: CHALK } : painted;
  return [
    {
      planes: [...walls(0.66, 0.66, 0.8, 0.6), ...slab(0, 0.14)],
      round: null,
      gloss: 0,
      finish: always({ fixed: RUBBER }),
    },
    frustum(0.14, 1.95, 0.56, 0.1, banded),
  ];
}

function tree(): Solid[] {
  return [
    frustum(0, 0.6, 0.17, 0.15, always({ fixed: WOOD })),
    frustum(0.36, 1.06, 0.86, 0.3, always(painted)),
    frustum(0.86, 1.52, 0.68, 0.2, always({ paint: 1.08 })),
    frustum(1.34, 1.98, 0.5, 0.01, always({ paint: 1.16 })),
  ];
}

function house(): Solid[] {
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

function mushroom(): Solid[] {
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
