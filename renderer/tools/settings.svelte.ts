import type { Combination, Selection } from '#common/raster/selection.ts';

export const toolIds = [
  ...(['hand', 'zoom', 'rectangle', 'lasso', 'brush', 'similar', 'segment'] as const),
  ...(['move', 'paint', 'erase', 'eyedropper', 'crop', 'compare'] as const),
] as const;
export type ToolId = (typeof toolIds)[number];

/** Width to height of what is cropped; null: any. */
export const cropRatios = {
  free: null,
  original: null, // of the picture
  '1:1': 1,
  '4:3': 4 / 3,
  '3:2': 3 / 2,
  '16:9': 16 / 9,
  '3:4': 3 / 4,
  '2:3': 2 / 3,
  '9:16': 9 / 16,
} as const;
export type CropRatio = keyof typeof cropRatios;

export const compareModes = ['slider', 'split', 'hold'] as const;
export type CompareMode = (typeof compareModes)[number];

/** Which tool is in hand, and how the tools are set. */
export class ToolSettings {
  active = $state<ToolId>('hand');
  combination = $state<Combination>('replace');
  amount = $state(8); // px by which a selection grows, shrinks or fades
  lasso = $state<'free' | 'polygon'>('free');
  brushSize = $state(80); // px of the picture, across
  brushHardness = $state(0.8); // 0 to 1
  tolerance = $state(24); // levels of 255
  isConnected = $state(true);
  paintSize = $state(60); // px of the picture, across
  paintHardness = $state(0.8); // 0 to 1
  paintOpacity = $state(1); // 0 to 1
  maskPaint = $state<'show' | 'hide'>('hide'); // what painting on a mask does
  snaps = $state(true); // whether layers that are moved are drawn to edges and middles
  segmentDetail = $state(0.5); // 0: few large regions, 1: many small ones
  cropRatio = $state<CropRatio>('free');
  croppedWith: Selection = null; // what was selected at the last crop: it stays, and is no frame for the next one
  compareMode = $state<CompareMode>('slider');
  comparePosition = $state(0.5); // of the line, as a share of the picture's width
  isBeforeHeld = $state(false);
}
