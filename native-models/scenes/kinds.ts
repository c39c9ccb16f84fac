import { ball, cube, cylinder, pyramid, trafficCone } from './kinds-bodies.ts';
import { chair, house, mushroom, snowman, tree } from './kinds-things.ts';
import type { Kind } from './scene.ts';
import type { Solid } from './solids.ts';

/** Solids of each kind around the origin, standing on y = 0, inside `REACH` of the middle. */
export const KIND_SOLIDS: Readonly<Record<Kind, readonly Solid[]>> = {
  ball: ball(),
  cube: cube(),
  cone: trafficCone(),
  tree: tree(),
  house: house(),
  mushroom: mushroom(),
  cylinder: cylinder(),
  pyramid: pyramid(),
  snowman: snowman(),
  chair: chair(),
};

/** A ball that holds every kind; rays that miss it hit nothing. World units. */
export const REACH = { center: [0, 1, 0], radius: 1.5 } as const;
