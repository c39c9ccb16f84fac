import { createRandom, type Random } from '../scenes/random.ts';

/** A mean and its 95 % interval. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

const resamples = 2000;
const outside = 0.025; // of the resamples, on each side

/**
 * Mean of the strata's means and its percentile bootstrap interval: values are drawn anew within each stratum, so every stratum
 * counts the same however many values it has. Empty strata are left out; null when all are. Always the same numbers for the
 * same values.
 */
export function bootstrapMean(strata: readonly (readonly number[])[]): Estimate | null {
  const filled = strata.filter((values) => values.length > 0);
  if (filled.length === 0) return null;
  const random = createRandom(1);
  const draws = Float64Array.from({ length: resamples }, () =>
    mean(filled.map((values) => mean(drawn(values, random)))),
  );
  draws.sort();
  return {
    mean: mean(filled.map(mean)),
    low: draws[Math.floor(outside * resamples)],
    high: draws[Math.ceil((1 - outside) * resamples) - 1],
    n: filled.flat().length,
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const drawn = (values: readonly number[], random: Random): number[] => values.map(() => random.pick(values));
