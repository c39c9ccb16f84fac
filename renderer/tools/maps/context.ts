import type { MapsState } from '../../state/maps.svelte.ts';

/** What a tool for maps works on. */
export interface MapToolContext {
  readonly maps: MapsState;
  redraw(): void; // the overlay
}
