import { between } from '#common/geometry.ts';
import { boundsToScreen } from '../canvas/view.ts';
import { carried } from './carried.ts';
import { outlineRectangle } from './overlay.ts';
import type { Tool, ToolContext, ToolPoint } from './tool.ts';

const clickReach = 4; // CSS px: a shorter drag is a click

/** A click looks closer, with Alt from farther away; a drag shows what it goes around. */
export function zoomTool({ viewport, redraw }: ToolContext): Tool {
  let drag: { readonly from: ToolPoint; to: ToolPoint } | undefined;
  const isClick = (): boolean =>
    drag !== undefined &&
    Math.hypot(drag.to.screen.x - drag.from.screen.x, drag.to.screen.y - drag.from.screen.y) < clickReach;
  return {
    cursor: (_, held) => (held?.alt ? 'zoom-out' : 'zoom-in'),
    press: (at) => {
      drag = { from: at, to: at };
    },
    drag: (points) => {
      if (drag) drag.to = points.at(-1)!;
      redraw();
    },
    release: (at, { alt }) => {
      if (!drag) return;
      if (isClick()) viewport.zoomStep(alt ? 'out' : 'in', at.screen);
      else viewport.show(between(drag.from.image, at.image));
      drag = undefined;
      redraw();
    },
    carry: (from, to) => {
      if (!drag || isClick()) return false;
      drag = { from: carried(drag.from, from, to), to: carried(drag.to, from, to) };
      redraw();
      return true;
    },
    cancel: () => {
      const wasDragging = drag !== undefined;
      drag = undefined;
      redraw();
      return wasDragging;
    },
    paint: (context, view) => {
      if (drag && !isClick()) outlineRectangle(context, boundsToScreen(view, between(drag.from.image, drag.to.image)));
    },
  };
}
