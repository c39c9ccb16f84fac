import {
  classesOf,
  depthRmse,
  edgeF1,
  leastMultiScaleSide,
  multiScaleSsim,
  offPalette,
  planeSsim,
  rankCorrelation,
  scoreSegmentation,
  unlabelled,
} from '#models/maps';
import type { Extent } from '../geometry.ts';
import { newMap } from './condition-map.ts';
import type { ConditionMap } from './condition-map.ts';
import { linearGradient } from './paint/depth.ts';
import { resampleMap } from './resample-map.ts';

/** How well the map found in a painted picture agrees with the one it was painted from (spec/evaluation.md sections 2 to 4). */
export type Fidelity =
  | {
      readonly kind: 'canny';
      readonly f1: number; // 0 … 1; NaN where neither has an edge
      readonly tolerantF1: number; // the same, where an edge may be off by one pixel
      readonly similarity: Similarity | undefined; // of the maps as pictures; undefined where they are too small
    }
  | {
      readonly kind: 'depth';
      readonly rmse: number; // grey levels
      readonly rampRmse: number; // of a blind ramp beside it
      readonly rankCorrelation: number; // -1 … 1; NaN where a map is flat
    }
  | { readonly kind: 'segmentation'; readonly meanIou: number; readonly accuracy: number }; // 0 … 1

/** Structural similarity, of several scales where there is room for them; -1 … 1. */
export interface Similarity {
  readonly metric: 'ms-ssim' | 'ssim';
  readonly value: number;
}

/** @param found of the same kind and size as `wanted` */
export function fidelityOf(wanted: ConditionMap, found: ConditionMap): Fidelity {
  switch (wanted.kind) {
    case 'canny': {
      const [f1, tolerantF1] = [edgeF1(found, wanted), edgeF1(found, wanted, 1)];
      return { kind: 'canny', f1, tolerantF1, similarity: similarityOf(wanted, found) };
    }
    case 'depth': {
      const rank = rankCorrelation(found.data, wanted.data);
      const rmse = depthRmse(found.data, wanted.data);
      return { kind: 'depth', rmse, rampRmse: rampRmse(wanted), rankCorrelation: rank };
    }
    case 'segmentation':
      return { kind: 'segmentation', ...classAgreement(wanted, found) };
  }
}

const leastSsimSide = 11; // pixels: the window

function similarityOf(wanted: ConditionMap, found: ConditionMap): Similarity | undefined {
  const side = Math.min(wanted.width, wanted.height);
  if (side < leastSsimSide) return undefined;
  const planes = [found, wanted].map(({ width, height, data }) => {
    return { width, height, data: Float64Array.from(data, (value) => value / 255) };
  }) as [Plane, Plane];
  return side < leastMultiScaleSide
    ? { metric: 'ssim', value: planeSsim(...planes) }
    : { metric: 'ms-ssim', value: multiScaleSsim(...planes) };
}

type Plane = Parameters<typeof planeSsim>[0];

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
