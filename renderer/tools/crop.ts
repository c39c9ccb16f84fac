import { boundsOf, contains } from '#common/geometry.ts';
import type { Bounds, BoundsIn } from '#common/geometry.ts';
import { boundsToScreen, toScreen } from '../canvas/view.ts';
import { wholeSteps } from './carried.ts';
import { dragHandle, frameOfRatio, handlePoint, handles, moveFrame } from './crop-frame.ts';
import type { Handle } from './crop-frame.ts';
import { nudgeOf } from './nudge.ts';
import { outlineRectangle, paintHandle } from './overlay.ts';
import { cropRatios } from './settings.svelte.ts';
import type { Held, Tool, ToolContext, ToolPoint } from './tool.ts';

const handleReach = 12; // CSS px

/** A frame to cut the picture to: handles change it, a drag inside moves it, one outside draws another; Enter or a double click cuts,
 * Escape takes the frame back. With Shift a frame keeps its shape, and a new one is a square. While the space bar is held, a new one moves
 * instead of growing. */
export function cropTool({ selection, settings, picture, viewport, redraw, crop }: ToolContext): Tool {
  const ratio = (): number | null =>
    settings.cropRatio === 'original' ? picture.width / picture.height : cropRatios[settings.cropRatio];
  const initial = (): Bounds => {
    const wanted = selection.original === settings.croppedWith ? null : selection.bounds;
    return frameOfRatio(wanted ?? boundsOf(picture), ratio(), picture);
  };
  let frame = initial();
  let shownRatio = settings.cropRatio;
  let gesture: { readonly before: Bounds; from: ToolPoint; readonly handle: Handle | 'frame' | 'new' } | undefined;

  const handleAt = ({ screen }: ToolPoint): Handle | undefined =>
    handles.find((handle) => {
      const { x, y } = toScreen(viewport.view, handlePoint(frame, handle));
      return Math.abs(x - screen.x) <= handleReach && Math.abs(y - screen.y) <= handleReach;
    });
  const update = (to: ToolPoint, { shift }: Held): void => {
    const { before, from, handle } = gesture!;
    const by = { x: to.image.x - from.image.x, y: to.image.y - from.image.y };
    if (handle === 'frame') frame = moveFrame(before, by, picture);
    else if (handle === 'new') frame = drawnFrame(from, to, ratio() ?? (shift ? 1 : null));
    else
      frame = dragHandle(before, handle, to.image, picture, ratio() ?? (shift ? before.width / before.height : null));
  };
  const drawnFrame = (from: ToolPoint, to: ToolPoint, wanted: number | null): Bounds => {
    const { x, y } = from.image;
    const direction: Handle = { x: to.image.x >= x ? 1 : 0, y: to.image.y >= y ? 1 : 0 };
    const start = { x: Math.min(picture.width, Math.max(0, x)), y: Math.min(picture.height, Math.max(0, y)) };
    return dragHandle({ ...start, width: 0, height: 0 }, direction, to.image, picture, wanted);
  };
  const isWhole = (): boolean => frame.width === picture.width && frame.height === picture.height;
  const commit = (): void => {
    if (isWhole()) return;
    settings.croppedWith = selection.original;
    crop(frame);
  };

  return {
    cursor: (at) => {
      if (!at) return 'crosshair';
      const handle = handleAt(at);
      if (handle) return cursorOf(handle);
      return contains(frame, at.image) && !isWhole() ? 'move' : 'crosshair';
    },
    press: (at) => {
      const handle = handleAt(at) ?? (contains(frame, at.image) && !isWhole() ? 'frame' : 'new');
      gesture = { before: frame, from: at, handle };
    },
    drag: (points, held) => {
      if (gesture) update(points.at(-1)!, held);
      redraw();
    },
    carry: (from, to) => {
      if (gesture?.handle !== 'new') return false;
      const [start, { x, y }] = [frame, wholeSteps(from, to)];
      if (frame !== gesture.before) frame = moveFrame(frame, { x, y }, picture);
      const moved = frame === start ? { x, y } : { x: frame.x - start.x, y: frame.y - start.y };
      const { image } = gesture.from;
      gesture.from = { ...gesture.from, image: { ...image, x: image.x + moved.x, y: image.y + moved.y } };
      redraw();
      return true;
    },
    release: () => {
      gesture = undefined;
    },
    doublePress: commit,
    cancel: () => {
      const wasChanged = gesture !== undefined || !isWhole();
      frame = gesture ? gesture.before : frameOfRatio(boundsOf(picture), ratio(), picture);
      gesture = undefined;
      redraw();
      return wasChanged;
    },
    key: (key, held) => {
      const by = nudgeOf(key, held);
      if (by) frame = moveFrame(frame, by, picture);
      else if (key === 'Enter') commit();
      else return false;
      redraw();
      return true;
    },
    paint: (context, view) => {
      if (shownRatio !== settings.cropRatio) frame = frameOfRatio(frame, ratio(), picture);
      shownRatio = settings.cropRatio;
      paintFrame(context, boundsToScreen(view, frame), boundsToScreen(view, boundsOf(picture)));
      for (const handle of handles) paintHandle(context, toScreen(view, handlePoint(frame, handle)));
    },
    activate: () => {
      frame = initial();
      redraw();
    },
  };
}

function cursorOf({ x, y }: Handle): string {
  if (x === undefined) return 'ns-resize';
  if (y === undefined) return 'ew-resize';
  return x === y ? 'nwse-resize' : 'nesw-resize';
}

/** What is cut away is dimmed, what stays is parted into thirds. */
function paintFrame(context: CanvasRenderingContext2D, frame: BoundsIn<'screen'>, picture: BoundsIn<'screen'>): void {
  const { x, y, width, height } = frame;
  const outside = new Path2D();
  outside.rect(picture.x, picture.y, picture.width, picture.height);
  outside.rect(x, y, width, height);
  context.fillStyle = 'rgb(0 0 0 / 55%)';
  context.fill(outside, 'evenodd');
  context.fillStyle = 'rgb(255 255 255 / 45%)';
  for (const third of [1 / 3, 2 / 3]) {
    context.fillRect(Math.round(x + width * third), y, 1, height);
    context.fillRect(x, Math.round(y + height * third), width, 1);
  }
  outlineRectangle(context, frame);
}
