import { boundsOf, grow, intersect } from '#common/geometry.ts';
import type { Bounds, Extent } from '#common/geometry.ts';
import type { Compositor } from '../compositor/compositor.ts';
import { tileBounds, tileName, tilesIn, tileSize, topLevel } from '../compositor/tile-grid.ts';
import type { TileAt } from '../compositor/tile-grid.ts';
import { smallBy } from '#common/document/small-tile.ts';
import { crispFrom, levelFor, visiblePart } from './view.ts';
import type { Screen, View } from './view.ts';

const quickLevel = Math.log2(smallBy); // of tiles that are made of small ones
const mostlyStale = 6; // tiles; fewer are drawn soon enough

/** Draws a picture of tiles. What is not there yet is drawn from a coarser tile. */
export function paintTiles(
  context: CanvasRenderingContext2D,
  compositor: Compositor,
  view: View,
  screen: Screen,
  checkers: CanvasPattern | null,
): void {
  const { stack } = compositor;
  if (!stack) return;
  const { extent } = stack;
  const scale = view.zoom * screen.density;
  const visible = visibleTiles(extent, view, screen);
  context.imageSmoothingEnabled = scale < crispFrom;
  context.imageSmoothingQuality = 'low'; // tiles are at most twice as fine as the screen
  for (const at of visible)
    paintTile(context, compositor, extent, at, screenRect(extent, at, view, screen.density), checkers);
}

/** Asks for what `paintTiles` draws that is missing or out of date, and for what may be seen next. */
export function wantTiles(compositor: Compositor, view: View, screen: Screen): void {
  if (!compositor.stack) return;
  const { extent } = compositor.stack;
  const visible = visibleTiles(extent, view, screen);
  const { fromMiddle, around } = wantedTiles(extent, view, screen, visible);
  compositor.want(
    [...firstLook(compositor, extent, visible), ...quickLook(compositor, extent, visible), ...fromMiddle],
    around,
  );
  compositor.keepReady(fromMiddle);
}

/** Whether all that is visible is drawn as the layers are now. */
export function isPainted(compositor: Compositor, view: View, screen: Screen): boolean {
  const { stack } = compositor;
  return stack !== undefined && compositor.isUpToDate(visibleTiles(stack.extent, view, screen));
}

/** Whether there is something to draw at every place that is visible, as it is now or as it was. */
export function hasSomething(compositor: Compositor, view: View, screen: Screen): boolean {
  const { stack } = compositor;
  if (!stack) return false;
  const top = topLevel(stack.extent);
  const isThere = (at: TileAt): boolean =>
    compositor.tile(at) !== undefined || (at.level < top && isThere(coarserOf(at)));
  return visibleTiles(stack.extent, view, screen).every(isThere);
}

function visibleTiles(extent: Extent, view: View, screen: Screen): TileAt[] {
  const level = levelFor(view.zoom * screen.density, topLevel(extent));
  return tilesIn(extent, visiblePart(view, screen), level);
}

/** Where nothing is drawn yet, tiles that need little to be read come before those that show every pixel. */
function firstLook(compositor: Compositor, extent: Extent, visible: readonly TileAt[]): TileAt[] {
  const [any] = visible;
  const level = Math.min(quickLevel, topLevel(extent));
  if (!any || any.level >= level) return [];
  const shrink = 2 ** (level - any.level);
  const coarse = new Map(
    visible.flatMap((at) => {
      if (compositor.tile(at)) return [];
      const [column, row] = [Math.floor(at.column / shrink), Math.floor(at.row / shrink)];
      return [[`${column}/${row}`, { level, column, row }] as const];
    }),
  );
  return [...coarse.values()].filter((at) => !compositor.tile(at));
}

/** Where most of what is drawn is out of date, as when a layer's opacity is dragged, a quarter as many tiles show the change first. */
function quickLook(compositor: Compositor, extent: Extent, visible: readonly TileAt[]): TileAt[] {
  const stale = visible.filter((at) => compositor.tile(at) && !compositor.isUpToDate([at]));
  const isMost = stale.length >= mostlyStale && stale.length > visible.length / 2;
  if (!isMost || stale[0]!.level >= topLevel(extent)) return [];
  const coarser = new Map(stale.map(coarserOf).map((at) => [tileName(at), at]));
  return [...coarser.values()].toSorted((a, b) => revisionOf(compositor, a) - revisionOf(compositor, b));
}

const coarserOf = ({ level, column, row }: TileAt): TileAt => ({
  level: level + 1,
  column: column >> 1,
  row: row >> 1,
});

/** Of the layers that a tile shows; least where it is not drawn, so that while layers keep changing every tile has its turn. */
const revisionOf = (compositor: Compositor, at: TileAt): number => compositor.tile(at)?.revision ?? -1;

/** What is visible from the middle outward; and what comes into sight first when the picture moves, then all of it in one tile. */
function wantedTiles(extent: Extent, view: View, screen: Screen, visible: readonly TileAt[]) {
  const level = levelFor(view.zoom * screen.density, topLevel(extent));
  const part = visiblePart(view, screen);
  const span = tileSize * 2 ** level;
  const [x, y] = [(part.x + part.width / 2) / span - 0.5, (part.y + part.height / 2) / span - 0.5];
  const distance = ({ column, row }: TileAt): number => Math.hypot(column - x, row - y);
  const fromMiddle = visible.toSorted((a, b) => distance(a) - distance(b));
  const isVisible = new Set(visible.map(tileName));
  const beside = tilesIn(extent, grow(part, span / 2), level).filter((at) => !isVisible.has(tileName(at)));
  return { fromMiddle, around: [...beside, { level: topLevel(extent), column: 0, row: 0 }] };
}

/** Where a tile lies, in screen pixels. Edges are on whole pixels, so that neighbours meet without a seam. */
function screenRect(extent: Extent, at: TileAt, view: View, density: number): Bounds {
  const { x, y, width, height } = tileBounds(extent, at);
  const size = 2 ** at.level;
  const edge = (start: number, position: number, end: number): number =>
    Math.round((start + Math.min(position * size, end) * view.zoom) * density);
  const [left, top] = [edge(view.x, x, extent.width), edge(view.y, y, extent.height)];
  const right = edge(view.x, x + width, extent.width);
  const bottom = edge(view.y, y + height, extent.height);
  return { x: left, y: top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) };
}

function paintTile(
  context: CanvasRenderingContext2D,
  compositor: Compositor,
  extent: Extent,
  at: TileAt,
  { x, y, width, height }: Bounds,
  checkers: CanvasPattern | null,
): void {
  const drawn = compositor.tile(at);
  const shown = drawn ?? coarseTile(compositor, extent, at)?.drawn;
  if (shown && !shown.isOpaque && checkers) {
    context.fillStyle = checkers;
    context.fillRect(x, y, width, height);
  }
  const hasNewer = drawn && !compositor.isUpToDate([at]) && revisionOf(compositor, coarserOf(at)) > drawn.revision;
  if (drawn && !hasNewer) context.drawImage(drawn.bitmap, x, y, width, height);
  else paintCoarse(context, compositor, extent, at, { x, y, width, height });
}

/** The finest coarser tile of a place that is there. */
function coarseTile(compositor: Compositor, extent: Extent, at: TileAt) {
  const top = topLevel(extent);
  for (let coarse = at; coarse.level < top;) {
    coarse = coarserOf(coarse);
    const drawn = compositor.tile(coarse);
    if (drawn) return { coarse, drawn };
  }
  return undefined;
}

/** The same place from that tile; nothing where nothing is known yet. */
function paintCoarse(
  context: CanvasRenderingContext2D,
  compositor: Compositor,
  extent: Extent,
  at: TileAt,
  to: Bounds,
): void {
  const found = coarseTile(compositor, extent, at);
  if (!found) return;
  const part = tileBounds(extent, at);
  const shrink = 2 ** (found.coarse.level - at.level);
  const whole = tileBounds(extent, found.coarse);
  const from = intersect(
    {
      x: part.x / shrink - whole.x,
      y: part.y / shrink - whole.y,
      width: part.width / shrink,
      height: part.height / shrink,
    },
    boundsOf(whole),
  );
  context.drawImage(found.drawn.bitmap, from.x, from.y, from.width, from.height, to.x, to.y, to.width, to.height);
}
