import { thresholdScales } from '#models/maps';
import type { CannyDetector, CannyThresholds } from '#models/maps';
import type { MapKind } from '#common/maps/condition-map.ts';
import type { MapLook } from '../maps/map-look.ts';

/** What a pointer does to a map, per kind. */
export const mapTools = {
  canny: ['pencil', 'line', 'curve', 'eraser'],
  depth: ['lighten', 'darken', 'smooth', 'linear', 'radial'],
  segmentation: ['class', 'fill', 'region', 'replace', 'pick'],
} as const satisfies Record<MapKind, readonly string[]>;
export type MapToolId = (typeof mapTools)[MapKind][number];

/** The map over the picture, beside it, alone; or what was painted from it. */
export type MapView = 'over' | 'beside' | 'alone' | 'result';

/** How the workbench for maps is set. */
export class MapSettings {
  view = $state<MapView>('over');
  opacity = $state(0.75); // of the map over the picture
  look = $state<MapLook>('plain');
  hidden = $state.raw<ReadonlySet<number>>(new Set()); // classes

  tools = $state<Record<MapKind, MapToolId>>({ canny: 'pencil', depth: 'lighten', segmentation: 'class' });
  brush = $state(24); // px of the map, across
  strength = $state(0.5); // of shading, 0 to 1
  ramp = $state.raw({ start: 0, end: 255 }); // levels of gradients
  classIndex = $state(119); // sky
  regionScale = $state(500);

  detector = $state<CannyDetector>('opencv');
  thresholds = $state.raw<CannyThresholds>(thresholdScales.opencv.defaults);

  setDetector(detector: CannyDetector): void {
    if (thresholdScales[detector] !== thresholdScales[this.detector])
      this.thresholds = thresholdScales[detector].defaults;
    this.detector = detector;
  }

  toggleClass(index: number): void {
    const hidden = new Set(this.hidden);
    if (!hidden.delete(index)) hidden.add(index);
    this.hidden = hidden;
  }
}
