import { boundsOf, union } from '#common/geometry.ts';
import type { Bounds, Point } from '#common/geometry.ts';
import { boundsToScreen, toScreen } from '../canvas/view.ts';
import { nudgeOf } from './nudge.ts';
import { outlineRectangle, paintGuide } from './overlay.ts';
import { snapsToNothing, snapTo } from './snapping.ts';
import type { Guide, Snap } from './snapping.ts';
import type { Held, LayerCarry, Tool, ToolContext, ToolPoint } from './tool.ts';

const reach = 6; // screen px, from which edges draw to each other

interface Drag {
  readonly from: ToolPoint;
  readonly carry: LayerCarry;
  readonly start: Bounds; // around all that is moved
}

/** Moves the layers that are worked on, with Alt copies of them. With Shift they go straight up, down or sideways; they snap to edges and
 * middles of the canvas and of other layers, unless Ctrl (Cmd) is held. A press with Ctrl first chooses the layer under the pointer, with
 * Shift one more. Arrow keys nudge by one pixel, with Shift by ten. */
export function moveTool({ moving, viewport, settings, redraw, attempt }: ToolContext): Tool {
  let drag: Drag | undefined;
  let guides: readonly Guide[] = [];
  let presses = 0; // what was pressed may have been let go before a layer is found under it

  const begin = (from: ToolPoint, alt: boolean): void => {
    const carry = moving.begin(alt ? 'copies' : 'layers');
    drag = carry && { from, carry, start: moving.bounds.reduce(union) };
  };
  const snap = ({ start }: Drag, by: Point, { shift, mod }: Held): Snap => {
    if (mod || !settings.snaps) return snapsToNothing(by);
    const axes = shift ? ([by.x === 0 ? 'y' : 'x'] as const) : undefined;
    return snapTo(start, by, [boundsOf(viewport.picture), ...moving.others], reach / viewport.view.zoom, axes);
  };
  const end = (how: 'end' | 'cancel'): boolean => {
    const wasDragging = drag !== undefined;
    void drag?.carry[how]();
    drag = undefined;
    guides = [];
    presses++;
    redraw();
    return wasDragging;
  };
  return {
    cursor: (_, held) => (moving.bounds.length === 0 ? 'not-allowed' : held?.alt ? 'copy' : 'move'),
    press: (at, { alt, mod, shift }) => {
      if (!mod) return begin(at, alt);
      const press = ++presses;
      attempt(async () => {
        const isFound = await moving.chooseAt(at.image, shift ? 'toggle' : 'alone');
        if (isFound && press === presses) begin(at, alt);
      });
    },
    drag: (points, held) => {
      if (!drag) return;
      const by = between(drag.from, points.at(-1)!);
      const snapped = snap(drag, held.shift ? straight(by) : by, held);
      guides = snapped.guides;
      drag.carry.to(snapped.by, snapped.axes);
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
      for (const { axis, at, from, to } of guides) {
        const ends = [from, to].map((along) => (axis === 'x' ? { x: at, y: along } : { x: along, y: at }));
        paintGuide(context, toScreen(view, ends[0]!), toScreen(view, ends[1]!));
      }
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
