import { maxSample } from '#common/raster/raster.ts';
import type { Depth } from '#common/raster/raster.ts';
import { fromScreen } from '#common/raster/screen-colours.ts';
import type { ScreenColours } from '#common/raster/screen-colours.ts';
import type { Paint } from '#common/raster/stroke.ts';
import { maskBeyond } from '../canvas/grown-image.ts';
import type { Compositor } from '../compositor/compositor.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { PaintedLayer, PaintKind } from '../tools/tool.ts';
import type { AppState } from './app-state.ts';

/** The chosen layer, or its mask, for tools that paint. */
export function paintedLayer(app: AppState, compositor: Compositor): PaintedLayer {
  const { canvas, engine, layers, results, strokes, problems } = app;
  const { tools, selection } = canvas;
  return {
    get bounds() {
      const painted = layers.painted;
      return painted ? { ...painted.image.extent, ...painted.corner } : null;
    },
    begin: (does) => {
      const painted = layers.painted;
      if (!painted) return undefined;
      const { layer, image, corner } = painted;
      if (layer.isLocked || !layer.isVisible) {
        problems.notice(t(layer.isLocked ? 'layers.isLocked' : 'layers.isHidden', { name: layer.name }));
        return undefined;
      }
      if (engine.status === 'lost') {
        problems.notice(t('layers.noEngine'));
        return undefined;
      }
      results.showPicture(); // what lies over it, or comes to, would hide what is painted
      const part = layers.part;
      const name = t(part === 'mask' ? gestures.mask[does] : gestures.pixels[does]);
      const paint =
        part === 'mask'
          ? maskPaint(does, tools.maskPaint)
          : layerPaint(does, canvas.colour, image.depth, canvas.screenColours);
      const grows = paint.kind === 'colour' || (paint.kind === 'strength' && paint.value !== maskBeyond);
      const { paintHardness: hardness, paintOpacity: opacity } = tools;
      const brush = does === 'fill' ? { hardness: 1, opacity: 1, paint } : { hardness, opacity, paint };
      return strokes.begin(compositor, { layer, image, corner, selection: selection.mask, name, grows }, brush);
    },
  };
}

/** Names for the undo menu. */
const gestures = {
  pixels: { paint: 'layers.paintName', erase: 'layers.eraseName', fill: 'layers.fillName' },
  mask: { paint: 'layers.paintMaskName', erase: 'layers.paintMaskName', fill: 'layers.fillMaskName' },
} as const;

/** Erasing on a mask is the opposite of painting. */
const maskPaint = (does: PaintKind, set: 'show' | 'hide'): Paint => ({
  kind: 'strength',
  value: (set === 'show') === (does !== 'erase') ? 255 : 0,
});

/** @param colour of the screen, as `#rrggbb` @param colours of the document */
function layerPaint(does: PaintKind, colour: string, depth: Depth, colours?: ScreenColours): Paint {
  if (does === 'erase') return { kind: 'erase' };
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255);
  const [red, green, blue] = (colours ? fromScreen([r, g, b], colours) : [r, g, b]).map((share) =>
    Math.round(share * maxSample(depth)),
  );
  return { kind: 'colour', colour: [red!, green!, blue!] };
}
