import type { Combination } from '#common/raster/selection.ts';
import { StrokeMask } from '#common/raster/shapes.ts';
import type { StrokePoint } from '#common/raster/shapes.ts';
import { toScreen } from '../canvas/view.ts';
import { combinationOf } from './combination.ts';
import { nudgeOf } from './nudge.ts';
import { outlineCircle } from './overlay.ts';
import type { Tool, ToolContext, ToolPoint } from './tool.ts';

const strokeColour = 'rgb(120 150 255 / 45%)';
export const brushSizes = { min: 1, max: 1000 } as const; // px of the picture

/** Selects what is painted over. A pen that presses harder paints wider; [ and ] change the size. */
export function selectionBrushTool({ selection, settings, picture, viewport, redraw }: ToolContext): Tool {
  let stroke: { readonly mask: StrokeMask; readonly how: Combination; readonly points: StrokePoint[] } | undefined;
  let pointer: ToolPoint | undefined;

  const pointOf = ({ image, pressure }: ToolPoint): StrokePoint => ({
    ...image,
    radius: Math.max(0.5, (settings.brushSize / 2) * Math.min(1, 0.25 + 1.5 * pressure)), // a mouse presses with 0.5
  });
  const extend = (point: StrokePoint): void => {
    stroke!.mask.line(stroke!.points.at(-1) ?? point, point);
    stroke!.points.push(point);
  };
  return {
    cursor: () => 'none',
    press: (at, held) => {
      const how = combinationOf(held, settings.combination === 'replace' ? 'add' : settings.combination);
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
      if (by && selection.mask) selection.move(by);
      else if (key === '[') settings.brushSize = Math.max(brushSizes.min, Math.floor(settings.brushSize / 1.2));
      else if (key === ']') settings.brushSize = Math.min(brushSizes.max, Math.ceil(settings.brushSize * 1.2));
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
