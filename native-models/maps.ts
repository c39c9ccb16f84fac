// The front door to condition maps for code that runs anywhere, the page and its workers included: pure, no Node, no model.
export {
  canny,
  cannyDetectors,
  cannyStrength,
  edgesAt,
  thresholdScales,
  type CannyDetector,
  type CannyThresholds,
} from './conditions/canny/canny.ts';
export type { EdgeStrength } from './conditions/canny/edge-strength.ts';
export { adeToPanoptic, shareOfAde } from './conditions/ade20k.ts';
export { cocoPanoptic, type PaletteEntry } from './conditions/coco-panoptic.ts';
export {
  classesOf,
  colourOf,
  nearestClass,
  offPalette,
  paintClasses,
  palette,
  paletteOf,
  unlabelled,
} from './conditions/palette.ts';
export { sceneClasses } from './conditions/scene-classes.ts';
export { findRegions, regionDefaults } from './conditions/regions.ts';
export { edgeF1 } from './evaluation/edges.ts';
export { depthRmse, rankCorrelation } from './evaluation/depth.ts';
export { scoreSegmentation } from './evaluation/segmentation.ts';
export { leastMultiScaleSide, multiScaleSsim, planeSsim } from './evaluation/ssim.ts';
