import type { StrokePoint } from '#common/raster/shapes.ts';
import { boundsToScreen, toScreen } from '../canvas/view.ts';
import { brushPoint, hardenedBy, opacityOf, resizedBy } from './brush.ts';
import { pickAt } from './eyedropper.ts';
import { outlineCircle, outlineRectangle } from './overlay.ts';
import type { LayerStroke, Tool, ToolContext, ToolPoint } from './tool.ts';

/** Paints on the chosen layer or its mask; with `erase`, takes away. With Shift a stroke begins with a straight line from the end of the one
 * before, with Alt the brush takes up a colour. The other end of a pen erases with every brush. [ and ] change the size, { and } the hardness, digits the opacity. */
export const paintTool = (context: ToolContext): Tool => strokeTool(context, 'paint');
export const eraseTool = (context: ToolContext): Tool => strokeTool(context, 'erase');

const closest = 0.04; // share of the radius that points of a stroke are apart at least; nobody sees the difference

function strokeTool(context: ToolContext, does: 'paint' | 'erase'): Tool {
  const { settings, viewport, redraw, layers } = context;
  let stroke: LayerStroke | undefined;
  let last: StrokePoint | undefined;
  let lastEnd: StrokePoint | undefined; // of the stroke before
  let pointer: ToolPoint | undefined;

  const extend = (points: readonly ToolPoint[]): void => {
    const line: StrokePoint[] = [];
    for (const at of points) {
      const point = brushPoint(at, settings.paintSize);
      const apart = last ? Math.hypot(point.x - last.x, point.y - last.y) : Infinity;
      if (apart < Math.max(0.25, closest * point.radius)) continue;
      line.push(point);
      last = point;
    }
    if (line.length > 0) stroke?.line(line);
  };
  const begin = (at: ToolPoint, isJoined: boolean): void => {
    stroke = layers.begin(at.isEraser ? 'erase' : does);
    if (isJoined && lastEnd) stroke?.line([lastEnd]);
    extend([at]);
  };
  const end = (how: 'end' | 'cancel'): boolean => {
    const wasPainting = stroke !== undefined;
    stroke?.[how]();
    if (stroke && how === 'end') lastEnd = last;
    stroke = last = undefined;
    return wasPainting;
  };
  return {
    cursor: (_, held) => {
      if (!layers.bounds) return 'not-allowed';
      return held?.alt && does === 'paint' ? 'crosshair' : 'none';
    },
    press: (at, { alt, shift }) => {
      end('end');
      if (alt && does === 'paint' && !at.isEraser) pickAt(context, at);
      else begin(at, shift);
    },
    drag: (points) => {
      pointer = points.at(-1);
      if (stroke) extend(points);
      redraw();
    },
    release: () => void end('end'),
    hover: (at) => {
      pointer = at;
      redraw();
    },
    cancel: () => end('cancel'),
    key: (key) => {
      const size = resizedBy(key, settings.paintSize);
      const hardness = hardenedBy(key, settings.paintHardness);
      const opacity = opacityOf(key);
      if (size !== undefined) settings.paintSize = size;
      else if (opacity !== undefined) settings.paintOpacity = opacity;
      else if (hardness !== undefined) settings.paintHardness = hardness;
      else return false;
      redraw();
      return true;
    },
    paint: (canvas, view) => {
      const { bounds } = layers;
      const { width, height } = viewport.picture;
      const isWhole = bounds && bounds.x <= 0 && bounds.y <= 0 && bounds.x + bounds.width >= width;
      if (does === 'erase' && bounds && !(isWhole && bounds.y + bounds.height >= height)) {
        outlineRectangle(canvas, boundsToScreen(view, bounds));
      }
      if (pointer && bounds) outlineCircle(canvas, toScreen(view, pointer.image), (settings.paintSize / 2) * view.zoom);
    },
    deactivate: () => void end('end'),
  };
}
