/** The workbench for maps, in the two places that it takes; loaded like all `parts` of the page. */
export const mapParts = {
  canvas: () => import('./MapCanvas.svelte'),
  panel: () => import('./MapsPanel.svelte'),
} as const;
