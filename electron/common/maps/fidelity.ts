import { classesOf, depthRmse, edgeF1, offPalette, scoreSegmentation, unlabelled } from '#models/maps';
import type { Extent } from '../geometry.ts';
import { newMap } from './condition-map.ts';
import type { ConditionMap } from './condition-map.ts';
import { linearGradient } from './paint/depth.ts';
import { resampleMap } from './resample-map.ts';

/** How well the map found in a painted picture agrees with the one it was painted from (spec/evaluation.md sections 2 to 4). */
export type Fidelity =
  | { readonly kind: 'canny'; readonly f1: number; readonly tolerantF1: number } // 0 … 1; tolerant: off by one pixel
  | { readonly kind: 'depth'; readonly rmse: number; readonly rampRmse: number } // grey levels; of a blind ramp beside it
  | { readonly kind: 'segmentation'; readonly meanIou: number; readonly accuracy: number }; // 0 … 1

/** @param found of the same kind and size as `wanted` */
export function fidelityOf(wanted: ConditionMap, found: ConditionMap): Fidelity {
  switch (wanted.kind) {
    case 'canny':
      return { kind: 'canny', f1: edgeF1(found, wanted), tolerantF1: edgeF1(found, wanted, 1) };
    case 'depth':
      return { kind: 'depth', rmse: depthRmse(found.data, wanted.data), rampRmse: rampRmse(wanted) };
    case 'segmentation':
      return { kind: 'segmentation', ...classAgreement(wanted, found) };
  }
}

/** A ramp from far above to near below says nothing of a picture and still agrees well with many. */
function rampRmse(wanted: ConditionMap): number {
  const ramp = newMap('depth', wanted);
  linearGradient(ramp, { x: 0, y: 0 }, { x: 0, y: wanted.height }, { start: 0, end: 255 });
  return depthRmse(ramp.data, wanted.data);
}

/** What is unlabelled or stray in the wanted map does not count. */
function classAgreement(wanted: ConditionMap, found: ConditionMap): { meanIou: number; accuracy: number } {
  const labels = classesOf(wanted.data).map((index) => (index === offPalette ? unlabelled : index));
  const { meanIou, accuracy } = scoreSegmentation(classesOf(found.data), labels, 256);
  return { meanIou, accuracy };
}

/** A map small enough for a model's square, its longer side no longer than the square's. Every kind is resampled by its own rule. */
export function mapForModel(map: ConditionMap, square: number): ConditionMap {
  return resampleMap(map, sizeForModel(map, square));
}

function sizeForModel({ width, height }: Extent, square: number): Extent {
  const scale = Math.min(1, square / Math.max(width, height));
  const fitted = (side: number): number => Math.max(1, Math.round(side * scale));
  return { width: fitted(width), height: fitted(height) };
}
