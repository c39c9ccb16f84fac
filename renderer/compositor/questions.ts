import type { Bounds, Point } from '#common/geometry.ts';
import { boundsOf } from '#common/geometry.ts';
import { encodeTile, isBlankTile } from '#common/document/tile-codec.ts';
import type { Mask } from '#common/raster/masks.ts';
import { clearUnseen, fadeAlpha, keptIn } from '#common/raster/fade.ts';
import type { Kept } from '#common/raster/fade.ts';
import { similarPixels } from '#common/raster/similar.ts';
import type { Samples } from '#common/raster/raster.ts';
import { newSamples } from '#common/raster/raster.ts';
import type { ScreenColours } from '#common/raster/screen-colours.ts';
import { trimMask } from '#common/raster/trim.ts';
import { displayPixels } from './display.ts';
import { readGrownKey } from './grown-tiles.ts';
import { LayerCompositor } from './layer-compositor.ts';
import { onlyTile } from './layer-stack.ts';
import type { LayerStack, TileKey } from './layer-stack.ts';
import type { Answers, QuestionKind, Questions, SmallPicture } from './protocol.ts';
import type { SampleBudget } from './sample-budget.ts';
import type { Strokes } from './strokes.ts';
import { extentAt, tileBounds, tilesIn, topLevel } from './tile-grid.ts';
import type { TileAt } from './tile-grid.ts';
import type { TileStore } from './tile-store.ts';

/** What answers are made from. */
export interface Desk {
  readonly shown: LayerCompositor;
  readonly store: TileStore;
  readonly strokes: Strokes;
  readonly smaller: SampleBudget; // for smaller copies of what is asked for again and again
  readonly named: Map<string, LayerCompositor>;
  colours: ScreenColours | undefined; // of all samples; undefined: sRGB
  /** Lets other work in between two tiles. */
  pause(): Promise<void>;
}

const leastSeen = 0.05; // of opacity: what is fainter nobody would press
const mostNamed = 200; // more layers than anybody looks at

/** Called after each of several steps: tells how far it is and lets other work in. @throws when nobody waits for the answer any more */
export type Step = (done: number, of: number) => Promise<void>;

type Answering = {
  readonly [Kind in QuestionKind]: (desk: Desk, question: Questions[Kind], step: Step) => Promise<Answers[Kind]>;
};

const answering: Answering = {
  colour: ({ shown, colours }, at) => colourAt(shown, colours, at),
  layer: ({ shown }, { at, among }) => shown.topmostAt(at, among, leastSeen),
  similar: async (desk, { at, tolerance, isConnected, of }) => {
    const compositor = of ? compositorOf(desk, of) : desk.shown;
    const { extent, depth } = stackOf(compositor);
    const data = await wholePicture(desk, compositor);
    return similarPixels({ ...extent, channels: 4, depth, data }, at, { tolerance, isConnected });
  },
  strengths: async (desk, { of, what }, step) => {
    const data = await wholePicture(desk, compositorOf(desk, of), 0, step);
    return strengthsOf(data, of, what === 'alpha' ? 3 : 0);
  },
  small: async (desk, { mostPixels, named }) => {
    const compositor = named ? namedCompositor(desk, named.name, named.of) : desk.shown;
    const { extent } = stackOf(compositor);
    let level = 0;
    while (pixelsAt(extent, level) > mostPixels && level < topLevel(extent)) level++;
    return await smallPicture(desk, compositor, level);
  },
  blended: async (desk, { of, kept }, step) => {
    const compositor = compositorOf(desk, of);
    const tiles: (Uint8Array | TileKey | null)[] = [];
    const places = tilesIn(of.extent, boundsOf(of.extent));
    for (const at of places) {
      tiles.push(await blendedTile(compositor, of, at, kept));
      await step(tiles.length, places.length);
    }
    return tiles;
  },
  stroke: ({ strokes, pause }, { id, end }) => strokes.finish(id, end, pause),
  grown: async ({ store, pause }, { keys }) => {
    const tiles: (Uint8Array | null)[] = [];
    for (const key of keys) {
      const { to, channels, depth } = readGrownKey(key);
      const data = await store.get(key);
      tiles.push(isBlankTile({ data }) ? null : encodeTile({ ...to, channels, depth, data }));
      await pause();
    }
    return tiles;
  },
};

/** Answers what is asked about pixels. */
export const answer = <Kind extends QuestionKind>(desk: Desk, kind: Kind, question: Questions[Kind], step: Step) =>
  answering[kind](desk, question, step) as Promise<Answers[Kind]>;

async function blendedTile(
  compositor: LayerCompositor,
  of: LayerStack,
  at: TileAt,
  kept: Kept | undefined,
): Promise<Uint8Array | TileKey | null> {
  const { extent, depth } = of;
  const bounds = tileBounds(extent, at);
  const { width, height } = bounds;
  const strengths = kept ? keptIn(kept, bounds) : 'all';
  if (strengths === 'none') return null;
  const known = onlyTile(of, at);
  if (known === null || (known !== undefined && strengths === 'all')) return known;
  const data = await compositor.compose(at);
  if (strengths !== 'all') {
    fadeAlpha(data, strengths);
    clearUnseen(data);
  }
  return isBlankTile({ data }) ? null : encodeTile({ width, height, channels: 4, depth, data });
}

function stackOf({ stack }: LayerCompositor): LayerStack {
  if (!stack) throw new Error('there is no picture');
  return stack;
}

function compositorOf({ store, smaller }: Desk, stack: LayerStack): LayerCompositor {
  const compositor = new LayerCompositor(store, smaller);
  compositor.setStack(stack);
  return compositor;
}

/** The same as the last time, so that only what changed since is made smaller again. */
function namedCompositor({ store, smaller, named }: Desk, name: string, stack: LayerStack): LayerCompositor {
  const compositor = named.get(name) ?? new LayerCompositor(store, smaller);
  named.delete(name);
  named.set(name, compositor); // last: used just now
  const [oldest] = named.keys();
  if (named.size > mostNamed && oldest !== undefined) named.delete(oldest);
  compositor.setStack(stack);
  return compositor;
}

const pixelsAt = (extent: LayerStack['extent'], level: number): number => {
  const { width, height } = extentAt(extent, level);
  return width * height;
};

async function colourAt(
  compositor: LayerCompositor,
  colours: ScreenColours | undefined,
  { x, y }: Point,
): Promise<Answers['colour']> {
  const { extent } = stackOf(compositor);
  const [column, row] = [Math.floor(x), Math.floor(y)];
  const [at] = tilesIn(extent, { x: column, y: row, width: 1, height: 1 });
  if (!at) throw new RangeError(`${x}, ${y} lies outside of the picture`);
  const bounds = tileBounds(extent, at);
  const samples = await compositor.compose(at);
  const i = ((row - bounds.y) * bounds.width + column - bounds.x) * 4;
  const [red, green, blue, alpha] = displayPixels(samples.slice(i, i + 4), colours);
  return [red!, green!, blue!, alpha!];
}

async function smallPicture(desk: Desk, compositor: LayerCompositor, level: number): Promise<SmallPicture> {
  const { extent } = stackOf(compositor);
  const { width, height } = extentAt(extent, level);
  return { width, height, level, rgba: displayPixels(await wholePicture(desk, compositor, level), desk.colours) };
}

async function wholePicture(
  { pause }: Desk,
  compositor: LayerCompositor,
  level = 0,
  step: Step = pause,
): Promise<Samples> {
  const { extent, depth } = stackOf(compositor);
  const { width, height } = extentAt(extent, level);
  const picture = newSamples(depth, width * height * 4);
  const places = tilesIn(extent, boundsOf(extent), level);
  for (const [index, at] of places.entries()) {
    copyTile(picture, width, tileBounds(extent, at), await compositor.compose(at));
    await step(index + 1, places.length);
  }
  return picture;
}

function copyTile(picture: Samples, across: number, { x, y, width, height }: Bounds, tile: Samples): void {
  for (let row = 0; row < height; row++) {
    picture.set(tile.subarray(row * width * 4, (row + 1) * width * 4), ((y + row) * across + x) * 4);
  }
}

/** One channel of RGBA as strengths from 0 to 255. */
function strengthsOf(rgba: Samples, { extent, depth }: LayerStack, channel: number): Mask | null {
  const data = new Uint8Array(extent.width * extent.height);
  for (let i = 0; i < data.length; i++) {
    const sample = rgba[i * 4 + channel]!;
    data[i] = depth === 8 ? sample : Math.round(sample / 257);
  }
  return trimMask({ bounds: boundsOf(extent), data });
}
