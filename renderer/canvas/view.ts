import type { Bounds, BoundsIn, Extent, PointIn } from '#common/geometry.ts';

/** How a picture lies on the screen. */
export interface View {
  readonly zoom: number; // CSS px per pixel of the picture
  readonly x: number; // where the picture's corner is, CSS px from the corner of the canvas element
  readonly y: number;
}

/** What a view is seen through. */
export interface Screen extends Extent {
  readonly density: number; // screen pixels per CSS px
}

export const toImage = ({ zoom, x, y }: View, point: PointIn<'screen'>): PointIn<'image'> => ({
  x: (point.x - x) / zoom,
  y: (point.y - y) / zoom,
});

export const toScreen = ({ zoom, x, y }: View, point: PointIn<'image'>): PointIn<'screen'> => ({
  x: point.x * zoom + x,
  y: point.y * zoom + y,
});

export const boundsToScreen = (view: View, { x, y, width, height }: BoundsIn<'image'>): BoundsIn<'screen'> => ({
  ...toScreen(view, { x, y }),
  ...{ width: width * view.zoom, height: height * view.zoom },
});

/** The part of the picture's plane that a screen shows. */
export const visiblePart = (view: View, { width, height }: Extent): BoundsIn<'image'> => ({
  ...toImage(view, { x: 0, y: 0 }),
  ...{ width: width / view.zoom, height: height / view.zoom },
});

const margin = 24; // CSS px around a picture that fits
const mostMagnified = 64; // screen pixels per pixel of the picture
const leastShown = 48; // CSS px of the picture that stay in sight

/** Screen pixels per pixel of the picture from which on pixels are shown as squares. Below, photos look better smooth. */
export const crispFrom = 8;

/** All of the picture in the middle, as large as there is room for. Where its pixels are seen as squares, all are of the same size. */
export function fitView(picture: Extent, screen: Screen): View {
  const scale = Math.min(mostMagnified, fitZoom(picture, screen) * screen.density);
  return centred(picture, screen, (scale >= crispFrom ? Math.floor(scale) : scale) / screen.density);
}

/** Fills the screen with a part of the picture, in the middle. */
export function showPart(part: Bounds, screen: Screen): View {
  const zoom = Math.min(fitZoom(part, screen), mostMagnified / screen.density);
  const { x, y } = centred(part, screen, zoom);
  return { zoom, x: x - part.x * zoom, y: y - part.y * zoom };
}

const fitZoom = (picture: Extent, { width, height }: Extent): number =>
  Math.min(Math.max(1, width - 2 * margin) / picture.width, Math.max(1, height - 2 * margin) / picture.height);

const centred = (picture: Extent, screen: Extent, zoom: number): View => ({
  zoom,
  x: (screen.width - picture.width * zoom) / 2,
  y: (screen.height - picture.height * zoom) / 2,
});

/** The same view at another zoom, within its limits; what is under `around` stays there. */
export function zoomAround(view: View, zoom: number, around: PointIn<'screen'>, picture: Extent, screen: Screen): View {
  const { least, most } = zoomLimits(picture, screen);
  const limited = Math.min(most, Math.max(least, zoom));
  const at = toImage(view, around);
  return heldInSight({ zoom: limited, x: around.x - at.x * limited, y: around.y - at.y * limited }, picture, screen);
}

/** From a quarter of what fits, or of 100 % where more would fit, to 64 screen pixels per pixel. */
export function zoomLimits(picture: Extent, screen: Screen): { readonly least: number; readonly most: number } {
  const most = mostMagnified / screen.density;
  return { least: Math.min(fitView(picture, screen).zoom, 1 / screen.density) / 4, most };
}

/** A view moved so that some of the picture stays in sight. */
export function heldInSight(view: View, picture: Extent, { width, height }: Extent): View {
  return {
    zoom: view.zoom,
    x: held(view.x, picture.width * view.zoom, width),
    y: held(view.y, picture.height * view.zoom, height),
  };
}

function held(start: number, length: number, screen: number): number {
  const shown = Math.min(leastShown, length, screen);
  return Math.min(screen - shown, Math.max(shown - length, start));
}

const steps = [1 / 64, 1 / 48, 1 / 32, 1 / 24, 1 / 16, 1 / 12, 1 / 8, 1 / 6, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 1].concat([
  1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64,
]);

/** The next larger or smaller of the usual scales. @param scale screen pixels per pixel of the picture */
export function nextScale(scale: number, direction: 'in' | 'out'): number {
  const slack = 1.001; // a scale that is all but a step counts as that step
  if (direction === 'in') return steps.find((step) => step > scale * slack) ?? steps.at(-1)!;
  return steps.findLast((step) => step < scale / slack) ?? steps[0]!;
}

/** Level of the tiles to draw: the smallest that has at least a pixel for each screen pixel.
 * @param scale screen pixels per pixel of the picture */
export function levelFor(scale: number, topLevel: number): number {
  return Math.min(topLevel, Math.max(0, Math.floor(Math.log2(1 / scale) + 1e-6)));
}
