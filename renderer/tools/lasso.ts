import type { PointIn } from '#common/geometry.ts';
import { polygonMask } from '#common/raster/shapes.ts';
import { toScreen } from '../canvas/view.ts';
import type { View } from '../canvas/view.ts';
import { carriedBy } from './carried.ts';
import { combinationOf } from './combination.ts';
import { outline, paintHandle } from './overlay.ts';
import { shapeTool } from './selecting.ts';
import type { Held, Tool, ToolContext, ToolPoint } from './tool.ts';

/** Selects what a line goes around: drawn by hand, or corner by corner. */
export function lassoTool(context: ToolContext): Tool {
  const free = freeLasso(context);
  const polygon = polygonLasso(context);
  const tool = (): Tool => (context.settings.lasso === 'free' ? free : polygon);
  return {
    cursor: (at, held) => tool().cursor(at, held),
    press: (at, held) => tool().press?.(at, held),
    drag: (points, held) => tool().drag?.(points, held),
    carry: (from, to) => tool().carry?.(from, to) ?? false,
    release: (at, held) => tool().release?.(at, held),
    hover: (at) => tool().hover?.(at),
    doublePress: (at, held) => tool().doublePress?.(at, held),
    cancel: () => [free, polygon].some((each) => each.cancel?.()),
    key: (key, held) => tool().key?.(key, held) ?? false,
    paint: (canvas, view) => tool().paint?.(canvas, view),
    deactivate: () => void polygon.cancel?.(),
  };
}

function freeLasso(context: ToolContext): Tool {
  let corners: PointIn<'image'>[] = [];
  return shapeTool(context, {
    begin: ({ image }) => {
      corners = [image];
    },
    extend: (points) => {
      corners.push(...points.map(({ image }) => image));
    },
    carry: (from, to) => {
      corners = corners.map((corner) => carriedBy(corner, from, to));
    },
    shape: () => polygonMask(corners, context.picture),
    paint: (canvas, view) => outline(canvas, pathThrough(corners, view)),
  });
}

const closeReach = 8; // CSS px from the first corner that close the line

/** Corners by clicks. Enter, a double click or the first corner closes the line, Backspace takes the last corner back. */
function polygonLasso({ selection, settings, picture, viewport, redraw }: ToolContext): Tool {
  let corners: PointIn<'image'>[] = [];
  let pointer: PointIn<'image'> | undefined;
  let held: Held = { shift: false, alt: false, mod: false };

  const finish = (): void => {
    const shape = polygonMask(corners, picture);
    if (shape) selection.apply(shape, combinationOf(held, settings.combination));
    corners = [];
    redraw();
  };
  const isAtStart = ({ screen }: ToolPoint): boolean => {
    if (corners.length < 3) return false;
    const first = toScreen(viewport.view, corners[0]!);
    return Math.hypot(screen.x - first.x, screen.y - first.y) <= closeReach;
  };
  return {
    cursor: () => 'crosshair',
    press: (at, keys) => {
      if (isAtStart(at)) return finish();
      if (corners.length === 0) held = keys;
      corners.push(at.image);
      redraw();
    },
    hover: (at) => {
      pointer = at?.image;
      if (corners.length > 0) redraw();
    },
    doublePress: () => {
      corners.pop(); // the second click of the two
      finish();
    },
    cancel: () => {
      const wasDrawing = corners.length > 0;
      corners = [];
      redraw();
      return wasDrawing;
    },
    key: (key) => {
      if (corners.length === 0) return false;
      if (key === 'Enter') finish();
      else if (key === 'Backspace') corners.pop();
      else return false;
      redraw();
      return true;
    },
    paint: (canvas, view) => {
      if (corners.length === 0) return;
      outline(canvas, pathThrough(pointer ? [...corners, pointer] : corners, view));
      paintHandle(canvas, toScreen(view, corners[0]!), 7);
    },
  };
}

function pathThrough(points: readonly PointIn<'image'>[], view: View): Path2D {
  const path = new Path2D();
  for (const point of points) {
    const { x, y } = toScreen(view, point);
    path.lineTo(x, y);
  }
  return path;
}
