import { always, bevel, CHALK, frustum, painted, RUBBER, SLATE } from './parts.ts';
import { add, dot, slab, unit, walls, type Finish, type Plane, type Solid, type Vector } from './solids.ts';

// Kinds that are one body, with a little decoration.

export function ball(): Solid[] {
  const center: Vector = [0, 0.84, 0];
  const stripe = unit([-0.45, 0.8, 0.4]);
  const finish = (point: Vector): Finish => {
    const height = dot(add(point, center, -1), stripe);
    return height > 0.16 && height < 0.36 ? { fixed: CHALK } : painted;
  };
  return [{ planes: [], round: { type: 'ellipsoid', center, radii: [0.84, 0.84, 0.84] }, gloss: 1, finish }];
}

export function cube(): Solid[] {
  const planes = [...walls(0.66, 0.66, 0.8, 0.6), ...slab(0, 1.3)];
  return [{ planes, round: null, gloss: 0.2, finish: bevel(planes, 0.075) }];
}

export function trafficCone(): Solid[] {
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

/** A tin with a dark rim at either end. */
export function cylinder(): Solid[] {
  const radius = 0.58;
  const height = 1.5;
  const finish = ({ 1: y }: Vector, normal: Vector): Finish => {
    if (normal[1] > 0.9) return { paint: 1.25 };
    return y < 0.13 || y > height - 0.13 ? { fixed: SLATE } : painted;
  };
  return [{ ...frustum(0, height, radius, radius, finish), gloss: 0.5 }];
}

/** Four sides above a square. */
export function pyramid(): Solid[] {
  const rise = unit([1.6, 0.7, 0]); // of a side whose foot points to the right
  const side = (x: number, z: number): Plane => {
    const normal: Vector = [x * rise[0], rise[1], z * rise[0]];
    return { normal, offset: rise[1] * 1.6 };
  };
  const planes = [side(0.8, -0.6), side(-0.8, 0.6), side(0.6, 0.8), side(-0.6, -0.8), ...slab(0, 2)];
  return [{ planes, round: null, gloss: 0.2, finish: bevel(planes, 0.05) }];
}
