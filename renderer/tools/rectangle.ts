import { between, intersect, isEmpty } from '#common/geometry.ts';
import type { Bounds, Extent, Point, PointIn } from '#common/geometry.ts';
import { maskOfBounds } from '#common/raster/masks.ts';
import { boundsToScreen } from '../canvas/view.ts';
import { wholeSteps } from './carried.ts';
import { nudgeOf } from './nudge.ts';
import { outlineRectangle } from './overlay.ts';
import { shapeTool } from './selecting.ts';
import type { Tool, ToolContext } from './tool.ts';

/** Selects a rectangle of whole pixels; Shift, held after the drag began, makes it a square. From the keyboard Enter selects the middle where
 * nothing is selected, and Alt with an arrow key moves the right and lower edges. */
export function rectangleTool(context: ToolContext): Tool {
  let from: PointIn<'image'> = { x: 0, y: 0 };
  let drawn: Bounds = { x: 0, y: 0, width: 0, height: 0 };
  let wasShiftHeld = true; // at the start it says to add
  const tool = shapeTool(context, {
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
    carry: (before, now) => {
      const by = wholeSteps(before, now);
      from = { x: from.x + by.x, y: from.y + by.y };
      drawn = { ...drawn, x: drawn.x + by.x, y: drawn.y + by.y };
    },
    shape: () => {
      const { picture } = context;
      const visible = intersect(drawn, { x: 0, y: 0, ...picture });
      return isEmpty(visible) ? null : maskOfBounds(visible, picture);
    },
    paint: (canvas, view) => outlineRectangle(canvas, boundsToScreen(view, drawn)),
  });
  const select = (bounds: Bounds | undefined): boolean => {
    if (bounds) context.selection.set(maskOfBounds(bounds, context.picture));
    return bounds !== undefined;
  };
  return {
    ...tool,
    key: (key, held) => {
      const { bounds } = context.selection;
      if (key === 'Enter' && !bounds) return select(middleOf(context.picture));
      return (
        (held.alt && bounds && select(resized(bounds, nudgeOf(key, held), context.picture))) || tool.key!(key, held)
      );
    },
  };
}

/** Half as wide and high, in the middle. */
function middleOf({ width, height }: Extent): Bounds {
  const part = (length: number): number => Math.max(1, Math.round(length / 2));
  const start = (length: number): number => Math.floor((length - part(length)) / 2);
  return { x: start(width), y: start(height), width: part(width), height: part(height) };
}

/** Its right and lower edges moved, at least a pixel from the others and inside the picture. */
function resized({ x, y, width, height }: Bounds, by: Point | undefined, picture: Extent): Bounds | undefined {
  if (!by) return undefined;
  const within = (length: number, most: number): number => Math.min(most, Math.max(1, length));
  return { x, y, width: within(width + by.x, picture.width - x), height: within(height + by.y, picture.height - y) };
}

/** The corner of a square in the same direction. */
function squareCorner(from: PointIn<'image'>, to: PointIn<'image'>): PointIn<'image'> {
  const side = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y));
  return { x: from.x + Math.sign(to.x - from.x) * side, y: from.y + Math.sign(to.y - from.y) * side };
}
