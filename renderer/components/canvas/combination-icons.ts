import type { Combination } from '#common/raster/selection.ts';
import type { IconName } from '../ui/icons.ts';

/** How each way to combine selections is drawn. */
export const combinationIcons = {
  replace: 'selectNew',
  add: 'selectAdd',
  subtract: 'selectSubtract',
  intersect: 'selectIntersect',
} as const satisfies Record<Combination, IconName>;
