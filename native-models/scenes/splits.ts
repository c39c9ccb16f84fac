import { hashText } from './random.ts';
import {
  ALL_COLORS,
  ALL_KINDS,
  BACKGROUNDS,
  sceneText,
  usedSlots,
  type Background,
  type Scene,
  type SceneObject,
} from './scene.ts';

export const SPLITS = ['train', 'val', 'test-iid', 'test-comp', 'test-para', 'test-trans'] as const;
export type Split = (typeof SPLITS)[number];

/** First seed of each split; a split may use 2^27 seeds, so no two splits share one. */
export const FIRST_SEED: Readonly<Record<Split, number>> = {
  train: 0,
  val: 0x10000000,
  'test-iid': 0x20000000,
  'test-comp': 0x28000000,
  'test-para': 0x30000000,
  'test-trans': 0x38000000,
};

/** Which world a source scene belongs to. Scenes are finite, so seeds alone would not keep the splits apart. */
export function sceneClass(scene: Scene): 'train' | 'val' | 'test' {
  const bucket = hashText(sceneText(scene)) % 20;
  if (bucket === 0) return 'val';
  return bucket === 1 ? 'test' : 'train';
}

/** Whether a source scene may be used by a split. Empty scenes are few and belong to all of them. */
export function allows(split: Split, scene: Scene): boolean {
  if (usedSlots(scene).length === 0) return true;
  return sceneClass(scene) === (split === 'train' || split === 'val' ? split : 'test');
}

/** Combinations of kind, colour and background that no training picture or map ever contains: one in twelve. */
export function isHeldOut(object: SceneObject, background: Background): boolean {
  const index =
    ALL_KINDS.indexOf(object.kind) + 2 * ALL_COLORS.indexOf(object.color) + 5 * BACKGROUNDS.indexOf(background);
  return index % 12 === 3;
}

export function hasHeldOut(scene: Scene): boolean {
  return scene.objects.some((object) => object !== null && isHeldOut(object, scene.background));
}
