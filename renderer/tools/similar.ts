import { contains } from '#common/geometry.ts';
import { combinationOf } from './combination.ts';
import { nudgeOf } from './nudge.ts';
import type { Tool, ToolContext } from './tool.ts';

/** Selects pixels of the colour that was clicked: those that touch, or all of them. */
export function similarTool({ compositor, selection, settings, picture, attempt }: ToolContext): Tool {
  return {
    cursor: () => 'crosshair',
    press: ({ image }, held) => {
      if (!contains({ x: 0, y: 0, ...picture }, image)) return;
      const how = combinationOf(held, settings.combination);
      const { tolerance, isConnected } = settings;
      attempt(async () => selection.apply(await compositor.ask('similar', { at: image, tolerance, isConnected }), how));
    },
    key: (key, held) => {
      const by = nudgeOf(key, held);
      if (!by || !selection.mask) return false;
      selection.move(by);
      return true;
    },
  };
}
