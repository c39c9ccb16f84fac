import { thresholdScales } from '#models/maps';
import type { CannyThresholds } from '#models/maps';
import type { Condition } from '#common/contract/recipe.ts';

/** How edges are found in a picture. */
export type CannyCondition = Extract<Condition, { kind: 'canny' }>;

/** Its thresholds, the detector's own where it leaves them out. */
export function thresholdsOf({ detector, low, high }: CannyCondition): CannyThresholds {
  const { defaults } = thresholdScales[detector];
  return { low: low ?? defaults.low, high: high ?? defaults.high };
}
