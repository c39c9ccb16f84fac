import type { PointIn } from '#common/geometry.ts';
import type { ConditionMap } from '#common/maps/condition-map.ts';
import { linearGradient, radialGradient } from '#common/maps/paint/depth.ts';
import { drawCurve, drawLine } from '#common/maps/paint/edges.ts';
import { toScreen } from '../../canvas/view.ts';
import { outline } from '../overlay.ts';
import type { Held, Tool } from '../tool.ts';
import type { MapToolContext } from './context.ts';

type DrawingId = 'line' | 'curve' | 'linear' | 'radial';
type At = PointIn<'image'>;

/** Something drawn from where the pointer was pressed to where it is let go. A curve is then pulled with a second press. */
export function drawingTool(id: DrawingId, { maps, redraw }: MapToolContext): Tool {
  let from: At | undefined;
  let to: At | undefined;
  let isBending = false; // the curve has its ends
  let bend: At | undefined;

  const forget = (): void => {
    from = to = bend = undefined;
    isBending = false;
    redraw();
  };
  const commit = (draw: (map: ConditionMap) => void): void => {
    maps.begin();
    if (maps.open) draw(maps.open.map);
    maps.end();
    forget();
  };
  const drawn: Readonly<Record<DrawingId, (map: ConditionMap) => void>> = {
    line: (map) => drawLine(map, from!, to!),
    curve: (map) => drawCurve(map, from!, bend!, to!),
    linear: (map) => linearGradient(map, from!, to!, maps.settings.ramp),
    radial: (map) => radialGradient(map, from!, to!, maps.settings.ramp),
  };
  return {
    cursor: () => 'crosshair',
    press: ({ image }, held) => {
      if (isBending) bend = image;
      else from = to = steady(image, image, held);
      redraw();
    },
    drag: (points, held) => {
      const { image } = points.at(-1)!;
      if (isBending) bend = image;
      else if (from) to = steady(from, image, held);
      redraw();
    },
    release: ({ image }, held) => {
      if (!from) return;
      if (isBending) bend = image;
      else to = steady(from, image, held);
      if (id === 'curve' && !isBending) isBending = true;
      else commit(drawn[id]);
    },
    cancel: () => {
      const wasDrawing = from !== undefined;
      forget();
      return wasDrawing;
    },
    deactivate: forget,
    paint: (canvas, view) => {
      if (!from || !to) return;
      const [a, b] = [toScreen(view, from), toScreen(view, to)];
      const path = new Path2D();
      path.moveTo(a.x, a.y);
      if (bend) {
        const c = toScreen(view, bend);
        path.quadraticCurveTo(c.x, c.y, b.x, b.y);
      } else path.lineTo(b.x, b.y);
      if (id === 'radial') path.arc(a.x, a.y, Math.hypot(b.x - a.x, b.y - a.y), 0, 2 * Math.PI);
      outline(canvas, path);
    },
  };
}

/** Shift keeps a line level, upright or at 45°. */
function steady(from: At, to: At, { shift }: Held): At {
  if (!shift) return to;
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const angle = (Math.round(Math.atan2(dy, dx) / (Math.PI / 4)) * Math.PI) / 4;
  const length = Math.hypot(dx, dy);
  return { x: from.x + Math.cos(angle) * length, y: from.y + Math.sin(angle) * length };
}
