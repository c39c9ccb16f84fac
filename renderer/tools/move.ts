import type { Point } from '#common/geometry.ts';
import { boundsToScreen } from '../canvas/view.ts';
import { nudgeOf } from './nudge.ts';
import { outlineRectangle } from './overlay.ts';
import type { LayerCarry, Tool, ToolContext, ToolPoint } from './tool.ts';

/** Moves the layers that are worked on, with Alt copies of them. With Shift they go straight up, down or sideways; arrow keys nudge them by one pixel, with Shift by ten. */
export function moveTool({ moving, redraw }: ToolContext): Tool {
  let drag: { readonly from: ToolPoint; readonly carry: LayerCarry } | undefined;

  const end = (how: 'end' | 'cancel'): boolean => {
    const wasDragging = drag !== undefined;
    void drag?.carry[how]();
    drag = undefined;
    redraw();
    return wasDragging;
  };
  return {
    cursor: (_, held) => (moving.bounds.length === 0 ? 'not-allowed' : held?.alt ? 'copy' : 'move'),
    press: (at, { alt }) => {
      const carry = moving.begin(alt ? 'copies' : 'layers');
      drag = carry && { from: at, carry };
    },
    drag: (points, { shift }) => {
      if (!drag) return;
      const by = between(drag.from, points.at(-1)!);
      drag.carry.to(shift ? straight(by) : by);
      redraw();
    },
    release: () => void end('end'),
    cancel: () => end('cancel'),
    key: (key, held) => {
      const by = nudgeOf(key, held);
      if (by) moving.nudge(by);
      return by !== undefined;
    },
    paint: (context, view) => {
      for (const bounds of moving.bounds) outlineRectangle(context, boundsToScreen(view, bounds));
    },
    activate: redraw,
    deactivate: () => void end('end'),
  };
}

const between = ({ image: from }: ToolPoint, { image: to }: ToolPoint): Point => ({
  x: to.x - from.x,
  y: to.y - from.y,
});

const straight = ({ x, y }: Point): Point => (Math.abs(x) >= Math.abs(y) ? { x, y: 0 } : { x: 0, y });
