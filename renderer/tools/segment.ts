import { contains } from '#common/geometry.ts';
import { combinationOf } from './combination.ts';
import { nudgeOf } from './nudge.ts';
import type { Tool, ToolContext } from './tool.ts';

/** Selects the thing under the pointer: what the map of segments says it is, or else a region of similar colour. */
export function segmentTool({ selection, settings, picture, attempt, segmentAt }: ToolContext): Tool {
  return {
    cursor: () => 'crosshair',
    press: ({ image }, held) => {
      if (!contains({ x: 0, y: 0, ...picture }, image)) return;
      const how = combinationOf(held, settings.combination);
      attempt(async () => selection.apply(await segmentAt(image), how));
    },
    key: (key, held) => {
      const by = nudgeOf(key, held);
      if (!by || !selection.mask) return false;
      selection.move(by);
      return true;
    },
  };
}
