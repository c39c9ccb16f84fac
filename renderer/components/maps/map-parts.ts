import { part } from '../part.ts';

/** The workbench for maps, in the two places that it takes; loaded like all `parts` of the page. */
export const mapParts = {
  canvas: part(() => import('./MapCanvas.svelte')),
  panel: part(() => import('./MapsPanel.svelte')),
} as const;
