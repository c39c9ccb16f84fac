import type { Combination } from '#common/raster/selection.ts';
import type { Held } from './tool.ts';

/** What a new shape does to the selection: Shift adds, Alt takes away, both keep what is in both; without them, what is set. */
export function combinationOf({ shift, alt }: Held, set: Combination): Combination {
  if (shift && alt) return 'intersect';
  if (shift) return 'add';
  return alt ? 'subtract' : set;
}
