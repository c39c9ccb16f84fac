import { boundsOf, intersect } from '#common/geometry.ts';
import type { Bounds, Extent, Point } from '#common/geometry.ts';

/** What of a frame is dragged: 0, its left or upper edge; 1, its right or lower edge; undefined, neither. */
export interface Handle {
  readonly x: 0 | 1 | undefined;
  readonly y: 0 | 1 | undefined;
}

export const handles: readonly Handle[] = [
  ...([
    { x: 0, y: 0 },
    { x: 1, y: 0 },
    { x: 1, y: 1 },
    { x: 0, y: 1 },
  ] as const),
  ...([
    { x: undefined, y: 0 },
    { x: 1, y: undefined },
    { x: undefined, y: 1 },
    { x: 0, y: undefined },
  ] as const),
];

/** Where a handle is on a frame. */
export const handlePoint = ({ x, y, width, height }: Bounds, handle: Handle): Point => ({
  x: x + (handle.x ?? 0.5) * width,
  y: y + (handle.y ?? 0.5) * height,
});

/** The frame after a handle was dragged to a point: whole pixels of the picture, at least one, of the wanted shape.
 * @param ratio width to height; null: any */
export function dragHandle(frame: Bounds, handle: Handle, to: Point, picture: Extent, ratio: number | null): Bounds {
  const fixed = handlePoint(frame, { x: opposite(handle.x), y: opposite(handle.y) });
  const across = handle.x === undefined ? frame.width : Math.max(1, (to.x - fixed.x) * (handle.x === 1 ? 1 : -1));
  const down = handle.y === undefined ? frame.height : Math.max(1, (to.y - fixed.y) * (handle.y === 1 ? 1 : -1));
  let [width, height] = [across, down];
  if (ratio !== null) {
    const isTall = handle.x === undefined || (handle.y !== undefined && down * ratio > across);
    width = isTall ? down * ratio : across;
    height = width / ratio;
  }
  const room = roomAround(fixed, handle, picture);
  const shrink = ratio === null ? 1 : Math.min(1, room.width / width, room.height / height);
  return whole(
    placed(fixed, handle, Math.min(width * shrink, room.width), Math.min(height * shrink, room.height)),
    picture,
  );
}

const opposite = (side: 0 | 1 | undefined): 0 | 1 | undefined => (side === undefined ? undefined : side === 0 ? 1 : 0);

/** How large a frame can get that keeps its fixed point. */
function roomAround(fixed: Point, handle: Handle, picture: Extent): Extent {
  const along = (at: number, side: 0 | 1 | undefined, length: number): number =>
    side === undefined ? 2 * Math.min(at, length - at) : side === 1 ? length - at : at;
  return { width: along(fixed.x, handle.x, picture.width), height: along(fixed.y, handle.y, picture.height) };
}

function placed(fixed: Point, handle: Handle, width: number, height: number): Bounds {
  const start = (at: number, side: 0 | 1 | undefined, length: number): number =>
    side === undefined ? at - length / 2 : side === 1 ? at : at - length;
  return { x: start(fixed.x, handle.x, width), y: start(fixed.y, handle.y, height), width, height };
}

/** The frame somewhere else inside the picture. */
export function moveFrame(frame: Bounds, by: Point, picture: Extent): Bounds {
  const x = Math.min(picture.width - frame.width, Math.max(0, Math.round(frame.x + by.x)));
  const y = Math.min(picture.height - frame.height, Math.max(0, Math.round(frame.y + by.y)));
  return { ...frame, x, y };
}

/** The largest frame of a shape in the middle of another. */
export function frameOfRatio(within: Bounds, ratio: number | null, picture: Extent): Bounds {
  if (ratio === null) return within;
  const width = Math.min(within.width, within.height * ratio);
  const height = width / ratio;
  const x = within.x + (within.width - width) / 2;
  const y = within.y + (within.height - height) / 2;
  return whole({ x, y, width, height }, picture);
}

/** On whole pixels, inside the picture, of at least one pixel. */
function whole({ x, y, width, height }: Bounds, picture: Extent): Bounds {
  const size = { width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(height)) };
  const left = Math.min(Math.max(0, Math.round(x)), picture.width - 1);
  const top = Math.min(Math.max(0, Math.round(y)), picture.height - 1);
  return intersect({ x: left, y: top, ...size }, boundsOf(picture));
}
