import type { Bounds, Point } from '#common/geometry.ts';
import type { Compositor } from '../../../renderer/compositor/compositor.ts';
import { CanvasState } from '../../../renderer/state/canvas.svelte.ts';
import type { StrokePoint } from '#common/raster/shapes.ts';
import type { Held, MovedLayers, PaintedLayer, Tool, ToolContext, ToolPoint } from '../../../renderer/tools/tool.ts';

export const none: Held = { shift: false, alt: false, mod: false };

/** A tool's surroundings: a picture of 400 × 300 shown at 100 % with its corner at 50, 20 of the screen. */
export function createToolContext(compositor: Partial<Compositor> = {}) {
  const canvas = new CanvasState();
  const { viewport, selection, tools } = canvas;
  viewport.setScreen({ width: 500, height: 340, density: 1 });
  viewport.setPicture({ width: 400, height: 300 });
  viewport.view = { zoom: 1, x: 50, y: 20 };
  selection.setPicture({ width: 400, height: 300 });
  const crops: Bounds[] = [];
  const colours: string[] = [];
  const actions: Promise<void>[] = [];
  const strokes: { does: string; points: StrokePoint[]; ended?: 'end' | 'cancel' }[] = [];
  const layers: PaintedLayer = {
    bounds: { x: 0, y: 0, width: 400, height: 300 },
    begin: (does) => {
      const stroke: (typeof strokes)[number] = { does, points: [] };
      strokes.push(stroke);
      return {
        line: (points) => void stroke.points.push(...points),
        end: () => void (stroke.ended = 'end'),
        cancel: () => void (stroke.ended = 'cancel'),
      };
    },
  };
  const moves: { what: 'layers' | 'copies'; by: Point[]; ended?: 'end' | 'cancel' }[] = [];
  const nudges: Point[] = [];
  const chosen: [Point, 'alone' | 'toggle'][] = [];
  const moving: MovedLayers = {
    bounds: [layers.bounds!],
    others: [],
    begin: (what) => {
      const move: (typeof moves)[number] = { what, by: [] };
      moves.push(move);
      return {
        to: (by) => void move.by.push(by),
        end: () => Promise.resolve(void (move.ended = 'end')),
        cancel: () => void (move.ended = 'cancel'),
      };
    },
    nudge: (by) => void nudges.push(by),
    chooseAt: ({ x, y }, how) => Promise.resolve(chosen.push([{ x, y }, how]) > 0 && x >= 0),
  };
  const segment = { bounds: { x: 10, y: 20, width: 2, height: 1 }, data: new Uint8Array([255, 255]) };
  const context: ToolContext = {
    ...{ viewport, selection, settings: tools, picture: { width: 400, height: 300 } },
    compositor: compositor as Compositor,
    redraw: () => undefined,
    attempt: (action) => void actions.push(action()),
    crop: (bounds) => void crops.push(bounds),
    pickColour: (colour) => void colours.push(colour),
    layers,
    moving,
    segmentAt: () => Promise.resolve(segment),
  };
  return {
    context,
    viewport,
    selection,
    settings: tools,
    crops,
    colours,
    strokes,
    moves,
    nudges,
    chosen,
    done: () => Promise.all(actions),
  };
}

/** A pointer over a pixel of that picture. */
export const point = (x: number, y: number, pressure = 0.5): ToolPoint => ({
  image: { x, y },
  screen: { x: x + 50, y: y + 20 },
  pressure,
});

export function drag(tool: Tool, points: readonly ToolPoint[], held: Held = none): void {
  tool.press?.(points[0], held);
  tool.drag?.(points.slice(1), held);
  tool.release?.(points.at(-1)!, held);
}
