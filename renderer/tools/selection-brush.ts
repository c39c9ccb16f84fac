import type { Combination } from '#common/raster/selection.ts';
import { StrokeMask } from '#common/raster/shapes.ts';
import type { StrokePoint } from '#common/raster/shapes.ts';
import { toScreen } from '../canvas/view.ts';
import { brushPoint, hardenedBy, resizedBy } from './brush.ts';
import { combinationOf } from './combination.ts';
import { nudgeOf } from './nudge.ts';
import { outlineCircle } from './overlay.ts';
import type { Tool, ToolContext, ToolPoint } from './tool.ts';

const strokeColour = 'rgb(120 150 255 / 45%)';

/** Selects what is painted over. A pen that presses harder paints wider, its other end takes away; [ and ] change the size, { and } the hardness. */
export function selectionBrushTool({ selection, settings, picture, viewport, redraw }: ToolContext): Tool {
  let stroke: { readonly mask: StrokeMask; readonly how: Combination; readonly points: StrokePoint[] } | undefined;
  let pointer: ToolPoint | undefined;

  const pointOf = (at: ToolPoint): StrokePoint => brushPoint(at, settings.brushSize);
  const extend = (point: StrokePoint): void => {
    stroke!.mask.line(stroke!.points.at(-1) ?? point, point);
    stroke!.points.push(point);
  };
  return {
    cursor: () => 'none',
    press: (at, held) => {
      const set = settings.combination === 'replace' ? 'add' : settings.combination;
      const how = at.isEraser ? 'subtract' : combinationOf(held, set);
      stroke = { mask: new StrokeMask(picture, settings.brushHardness), how, points: [] };
      extend(pointOf(at));
      redraw();
    },
    drag: (points) => {
      pointer = points.at(-1);
      if (stroke) for (const point of points) extend(pointOf(point));
      redraw();
    },
    release: () => {
      if (!stroke) return;
      selection.apply(stroke.mask.mask, stroke.how);
      stroke = undefined;
      redraw();
    },
    hover: (at) => {
      pointer = at;
      redraw();
    },
    cancel: () => {
      const wasPainting = stroke !== undefined;
      stroke = undefined;
      redraw();
      return wasPainting;
    },
    key: (key, held) => {
      const by = nudgeOf(key, held);
      const size = resizedBy(key, settings.brushSize);
      const hardness = hardenedBy(key, settings.brushHardness);
      if (by && selection.mask) selection.move(by);
      else if (size !== undefined) settings.brushSize = size;
      else if (hardness !== undefined) settings.brushHardness = hardness;
      else return false;
      redraw();
      return true;
    },
    paint: (canvas, view) => {
      if (stroke)
        paintStroke(
          canvas,
          stroke.points.map((point) => ({ ...toScreen(view, point), radius: point.radius * view.zoom })),
        );
      if (pointer) outlineCircle(canvas, toScreen(viewport.view, pointer.image), (settings.brushSize / 2) * view.zoom);
    },
  };
}

/** All at once, so that what is see-through does not add up where the stroke crosses itself. */
function paintStroke(canvas: CanvasRenderingContext2D, points: readonly StrokePoint[]): void {
  const path = new Path2D();
  let before = points[0]!;
  for (const point of points) {
    path.moveTo(point.x + point.radius, point.y);
    path.arc(point.x, point.y, point.radius, 0, 2 * Math.PI);
    addSides(path, before, point);
    before = point;
  }
  canvas.fillStyle = strokeColour;
  canvas.fill(path, 'nonzero');
}

/** The band between two circles. Its corners go around the way circles do, so that no overlap is a hole. */
function addSides(path: Path2D, from: StrokePoint, to: StrokePoint): void {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length === 0) return;
  const [x, y] = [(to.y - from.y) / length, (from.x - to.x) / length];
  path.moveTo(from.x + x * from.radius, from.y + y * from.radius);
  path.lineTo(to.x + x * to.radius, to.y + y * to.radius);
  path.lineTo(to.x - x * to.radius, to.y - y * to.radius);
  path.lineTo(from.x - x * from.radius, from.y - y * from.radius);
  path.closePath();
}
