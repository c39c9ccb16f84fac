import { between, intersect, isEmpty } from '#common/geometry.ts';
import type { Bounds, PointIn } from '#common/geometry.ts';
import { maskOfBounds } from '#common/raster/masks.ts';
import { boundsToScreen } from '../canvas/view.ts';
import { outlineRectangle } from './overlay.ts';
import { shapeTool } from './selecting.ts';
import type { Tool, ToolContext } from './tool.ts';

/** Selects a rectangle of whole pixels; Shift, held after the drag began, makes it a square. */
export function rectangleTool(context: ToolContext): Tool {
  let from: PointIn<'image'> = { x: 0, y: 0 };
  let drawn: Bounds = { x: 0, y: 0, width: 0, height: 0 };
  let wasShiftHeld = true; // at the start it says to add
  return shapeTool(context, {
    begin: ({ image }) => {
      from = { x: Math.round(image.x), y: Math.round(image.y) };
      drawn = { ...from, width: 0, height: 0 };
      wasShiftHeld = true;
    },
    extend: (points, { shift }) => {
      wasShiftHeld &&= shift;
      const { image } = points.at(-1)!;
      const corner = { x: Math.round(image.x), y: Math.round(image.y) };
      drawn = between(from, shift && !wasShiftHeld ? squareCorner(from, corner) : corner);
    },
    shape: () => {
      const { picture } = context;
      const visible = intersect(drawn, { x: 0, y: 0, ...picture });
      return isEmpty(visible) ? null : maskOfBounds(visible, picture);
    },
    paint: (canvas, view) => outlineRectangle(canvas, boundsToScreen(view, drawn)),
  });
}

/** The corner of a square in the same direction. */
function squareCorner(from: PointIn<'image'>, to: PointIn<'image'>): PointIn<'image'> {
  const side = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y));
  return { x: from.x + Math.sign(to.x - from.x) * side, y: from.y + Math.sign(to.y - from.y) * side };
}
