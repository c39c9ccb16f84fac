import { offPalette, unlabelled } from '#models/maps';
import { classAt, fillRegion, paintPixels, replaceClass } from '#common/maps/paint/classes.ts';
import type { Tool, ToolPoint } from '../tool.ts';
import type { MapToolContext } from './context.ts';

type PointingId = 'fill' | 'region' | 'replace' | 'pick';

/** What one press on a map of classes does: fill what hangs together, name a region, replace a class everywhere, or take a class up. */
export function pointingTool(id: PointingId, { maps }: MapToolContext): Tool {
  const { settings } = maps;

  function pick({ image }: ToolPoint): void {
    const found = maps.open && classAt(maps.open.map, image);
    if (found !== undefined && found !== offPalette) settings.classIndex = found;
  }

  function change({ image }: ToolPoint): void {
    const map = maps.open?.map;
    const found = map && classAt(map, image);
    if (!map || found === undefined) return;
    if (id === 'fill') fillRegion(map, image, settings.classIndex);
    else if (id === 'replace' && found !== offPalette) replaceClass(map, found, settings.classIndex);
    else if (id === 'region' && maps.regions?.length === map.width * map.height) {
      const region = maps.regions[Math.floor(image.y) * map.width + Math.floor(image.x)]!;
      paintPixels(map, (pixel) => maps.regions![pixel] === region, settings.classIndex);
    }
  }

  return {
    cursor: () => 'crosshair',
    press: (at, { alt }) => {
      if (id === 'pick' || alt) return pick(at);
      maps.begin();
      change(at);
      maps.end();
    },
    key: (key) => {
      if (key !== 'Delete') return false;
      settings.classIndex = unlabelled;
      return true;
    },
  };
}
