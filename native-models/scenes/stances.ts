import { POSE_OF, type Kind, type SceneObject } from './scene.ts';
import { add, dot, unit, type Vector } from './solids.ts';

/** How a body is put on the ground: the world directions of its axes and the world position of its origin. */
export interface Stance {
  readonly axes: readonly [x: Vector, y: Vector, z: Vector];
  readonly origin: Vector;
}

const UPRIGHT: Stance = {
  axes: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  origin: [0, 0, 0],
};

/** Turned about the vertical axis. */
const turned = (cos: number, sin: number): Stance => ({
  axes: [
    [cos, 0, -sin],
    [0, 1, 0],
    [sin, 0, cos],
  ],
  origin: [0, 0, 0],
});

/** A body of some height on its side, its top pointing along `axis` and its front upwards to the viewer. `middle` is above the anchor. */
function lying(axis: Vector, height: number, middle: Vector): Stance {
  const y = unit(axis);
  const front: Vector = [0, 0.7, 0.7];
  const z = unit(add(front, y, -dot(front, y)));
  return { axes: [cross(y, z), y, z], origin: add(middle, y, -height / 2) };
}

const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

const AROUND = turned(0.28, -0.96); // what looked to the right front looks to the left front

/** The other stance of each kind that has one; lying ones touch the ground. */
const OTHER: Readonly<Partial<Record<Kind, Stance>>> = {
  cone: lying([0.9, -0.2, 0.2], 1.95, [0.14, 0.58, 0]),
  tree: lying([0.95, -0.14, 0.2], 1.98, [0.03, 0.68, 0]),
  mushroom: lying([0.86, 0, 0.42], 1.66, [0, 0.7, 0]),
  cylinder: lying([0.86, 0, 0.5], 1.5, [0, 0.58, 0]),
  snowman: lying([0.9, 0, 0.35], 1.8, [0, 0.6, 0]),
  house: AROUND,
  chair: turned(-1, 0), // seen from behind
  cube: turned(0.8, -0.6), // one face straight to the viewer
};

export function stanceOf({ kind, pose }: Pick<SceneObject, 'kind' | 'pose'>): Stance {
  return (pose && pose === POSE_OF[kind] && OTHER[kind]) || UPRIGHT;
}

/** A world direction as the body has it. */
export const directionIn = ({ axes: [x, y, z] }: Stance, v: Vector): Vector => [dot(v, x), dot(v, y), dot(v, z)];

/** A world point as the body has it. */
export const pointIn = (stance: Stance, point: Vector): Vector => directionIn(stance, add(point, stance.origin, -1));
