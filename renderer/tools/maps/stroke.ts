import type { ConditionMap } from '#common/maps/condition-map.ts';
import { brushClass } from '#common/maps/paint/classes.ts';
import { beginShade, shade } from '#common/maps/paint/depth.ts';
import { drawLine, eraseEdges } from '#common/maps/paint/edges.ts';
import type { ShadeStroke } from '#common/maps/paint/depth.ts';
import type { PointIn } from '#common/geometry.ts';
import { toScreen } from '../../canvas/view.ts';
import type { MapSettings } from '../../state/map-settings.svelte.ts';
import { outlineCircle } from '../overlay.ts';
import type { Tool, ToolPoint } from '../tool.ts';
import type { MapToolContext } from './context.ts';

export const mapBrushSizes = { min: 1, max: 400 } as const; // px of the map

type StrokeId = 'pencil' | 'eraser' | 'lighten' | 'darken' | 'smooth' | 'class';
type Paint = (map: ConditionMap, from: At, to: At, settings: MapSettings, stroke: ShadeStroke) => void;
type At = PointIn<'image'>;

const paints: Readonly<Record<StrokeId, Paint>> = {
  pencil: (map, from, to) => drawLine(map, from, to),
  eraser: (map, from, to, { brush }) => eraseEdges(map, from, to, brush / 2),
  lighten: (map, from, to, settings, stroke) => shade(map, stroke, from, to, brushOf('lighten', settings)),
  darken: (map, from, to, settings, stroke) => shade(map, stroke, from, to, brushOf('darken', settings)),
  smooth: (map, from, to, settings, stroke) => shade(map, stroke, from, to, brushOf('smooth', settings)),
  class: (map, from, to, { brush, classIndex }) => brushClass(map, from, to, brush / 2, classIndex),
};

const brushOf = (mode: 'lighten' | 'darken' | 'smooth', { brush, strength }: MapSettings) =>
  ({ mode, radius: brush / 2, strength }) as const;

/** Paints along the way of the pointer. [ and ] change the size of the brush. */
export function strokeTool(id: StrokeId, { maps, redraw }: MapToolContext): Tool {
  const { settings } = maps;
  let last: At | undefined;
  let stroke: ShadeStroke | undefined;
  let pointer: ToolPoint | undefined;
  const extend = (to: At): void => {
    if (maps.open && stroke) paints[id](maps.open.map, last ?? to, to, settings, stroke);
    last = to;
  };
  return {
    cursor: () => (id === 'pencil' ? 'crosshair' : 'none'),
    press: (at) => {
      maps.begin();
      stroke = maps.open && beginShade(maps.open.map);
      extend(at.image);
      maps.touch();
    },
    drag: (points) => {
      pointer = points.at(-1);
      if (last) for (const { image } of points) extend(image);
      maps.touch();
      redraw();
    },
    release: () => {
      last = undefined;
      maps.end();
    },
    hover: (at) => {
      pointer = at;
      redraw();
    },
    cancel: () => {
      const wasPainting = last !== undefined;
      last = undefined;
      maps.bail();
      return wasPainting;
    },
    key: (key) => {
      const { min, max } = mapBrushSizes;
      if (key === '[') settings.brush = Math.max(min, Math.floor(settings.brush / 1.2));
      else if (key === ']') settings.brush = Math.min(max, Math.ceil(settings.brush * 1.2));
      else return false;
      redraw();
      return true;
    },
    paint: (canvas, view) => {
      if (pointer && id !== 'pencil')
        outlineCircle(canvas, toScreen(view, pointer.image), Math.max(2, (settings.brush / 2) * view.zoom));
    },
  };
}
