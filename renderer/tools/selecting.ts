import type { PointIn } from '#common/geometry.ts';
import type { Combination, Selection } from '#common/raster/selection.ts';
import { combinationOf } from './combination.ts';
import { nudgeOf } from './nudge.ts';
import type { Held, Tool, ToolContext, ToolPoint } from './tool.ts';

const clickReach = 3; // CSS px: a shorter drag is a click

/** What is different between tools that draw a shape to select. */
export interface ShapeDrawing {
  begin(at: ToolPoint): void;
  extend(points: readonly ToolPoint[], held: Held): void;
  /** Moves all of it along with the pointer. */
  carry(from: ToolPoint, to: ToolPoint): void;
  /** The shape as it is now. */
  shape(): Selection;
  paint(context: CanvasRenderingContext2D, view: Parameters<NonNullable<Tool['paint']>>[1]): void;
}

interface Gesture {
  readonly kind: 'draw' | 'move';
  readonly how: Combination;
  readonly from: ToolPoint;
  isClick: boolean; // so far; a line that comes back to where it began is none
}

/** A tool that selects what a drag draws. A drag that begins on the selection moves it instead, a click off it selects nothing, and arrow
 * keys nudge it. While the space bar is held, what is drawn moves instead of growing. */
export function shapeTool({ selection, settings, viewport, redraw }: ToolContext, drawing: ShapeDrawing): Tool {
  let gesture: Gesture | undefined;
  let before: Selection = null;

  const isOnSelection = ({ x, y }: PointIn<'image'>): boolean => {
    const { mask } = selection;
    if (!mask) return false;
    const [column, row] = [Math.floor(x) - mask.bounds.x, Math.floor(y) - mask.bounds.y];
    const isInside = column >= 0 && row >= 0 && column < mask.bounds.width && row < mask.bounds.height;
    return isInside && mask.data[row * mask.bounds.width + column]! >= 128;
  };
  const isMoving = (at: ToolPoint, how: Combination): boolean => how === 'replace' && isOnSelection(at.image);
  const note = (points: readonly ToolPoint[]): void => {
    if (gesture) gesture.isClick &&= points.every(({ screen }) => between(screen, gesture!.from.screen) < clickReach);
  };
  const moveTo = ({ image }: ToolPoint): void => {
    const { from } = gesture!;
    selection.set(before);
    selection.move({ x: Math.round(image.x - from.image.x), y: Math.round(image.y - from.image.y) });
  };

  return {
    cursor: (at) => (at && isMoving(at, settings.combination) ? 'move' : 'crosshair'),
    press: (at, held) => {
      const how = combinationOf(held, settings.combination);
      before = selection.mask;
      gesture = { kind: isMoving(at, how) ? 'move' : 'draw', how, from: at, isClick: true };
      if (gesture.kind === 'draw') drawing.begin(at);
    },
    drag: (points, held) => {
      note(points);
      if (gesture?.kind === 'move') moveTo(points.at(-1)!);
      else if (gesture) drawing.extend(points, held);
      redraw();
    },
    carry: (from, to) => {
      if (gesture?.kind !== 'draw') return false;
      drawing.carry(from, to);
      redraw();
      return true;
    },
    release: (at) => {
      if (!gesture) return;
      note([at]);
      const { kind, how, isClick } = gesture;
      if (kind === 'draw' && !isClick) selection.apply(drawing.shape(), how);
      else if (isClick && how === 'replace') selection.none();
      gesture = undefined;
      redraw();
    },
    cancel: () => {
      if (!gesture) return false;
      if (gesture.kind === 'move') selection.set(before);
      gesture = undefined;
      redraw();
      return true;
    },
    key: (key, held) => {
      const by = nudgeOf(key, held);
      if (!by || !selection.mask) return false;
      selection.move(by);
      return true;
    },
    paint: (context) => {
      if (gesture?.kind === 'draw') drawing.paint(context, viewport.view);
    },
  };
}

const between = (a: PointIn<'screen'>, b: PointIn<'screen'>): number => Math.hypot(a.x - b.x, a.y - b.y);
