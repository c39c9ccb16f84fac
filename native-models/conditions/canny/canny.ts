import type { RgbImage } from '../../api.ts';
import { editarStrength } from './editar.ts';
import type { EdgeStrength } from './edge-strength.ts';
import { connectEdges } from './hysteresis.ts';
import { opencvStrength, type GradientNorm } from './opencv.ts';

/** OpenCV's Canny; the detector EditAR was trained with; and the latter for artwork with perfectly flat steps, where it would lose
 * outlines. */
export type CannyDetector = 'opencv' | 'editar' | 'editar-flat';

export const cannyDetectors: readonly CannyDetector[] = ['opencv', 'editar', 'editar-flat'];

/** Gradients an edge has to have: above `high` to start it, above `low` to continue it. In any order. */
export interface CannyThresholds {
  readonly low: number;
  readonly high: number;
}

/** What thresholds of a detector mean and may be. */
export interface ThresholdScale {
  readonly max: number; // no gradient is larger that a person would ask for
  readonly step: number;
  readonly defaults: CannyThresholds;
}

const editarScale: ThresholdScale = { max: 1, step: 0.005, defaults: { low: 0.1, high: 0.2 } };
export const thresholdScales: Readonly<Record<CannyDetector, ThresholdScale>> = {
  opencv: { max: 1000, step: 1, defaults: { low: 100, high: 200 } },
  editar: editarScale,
  'editar-flat': editarScale,
};

/** The part of edge detection that does not depend on thresholds; keep it while they move.
 * @param least what no threshold will be below */
export function cannyStrength(image: RgbImage, detector: CannyDetector, least = 0): EdgeStrength {
  return detector === 'opencv'
    ? opencvStrength(image, 'l1', Math.floor(least))
    : editarStrength(image, detector === 'editar-flat', least);
}

/** The other part: edges of the strengths for some thresholds. @returns 0 or 255, [height][width] */
export function edgesAt(strength: EdgeStrength, detector: CannyDetector, thresholds: CannyThresholds): Uint8Array {
  const round = detector === 'opencv' ? Math.floor : Math.fround; // kornia compares in fp32
  const [low, high] = inOrder(thresholds).map(round) as [number, number];
  return connectEdges(strength, low, high);
}

/** Edges of a picture, white on black.
 * @param thresholds in the unit of the detector, see `thresholdScales` @returns 0 or 255, [height][width] */
export function canny(image: RgbImage, detector: CannyDetector, thresholds: CannyThresholds): Uint8Array {
  const [low] = inOrder(thresholds);
  return edgesAt(cannyStrength(image, detector, Math.max(0, low)), detector, thresholds);
}

/** `cv::Canny(image, low, high, 3, norm == 'l2')`, bit for bit. @returns 0 or 255, [height][width] */
export function opencvCanny(image: RgbImage, thresholds: CannyThresholds, norm: GradientNorm = 'l1'): Uint8Array {
  const toNorm = norm === 'l1' ? (t: number) => t : (t: number) => (t > 0 ? Math.min(32767, t) ** 2 : t);
  const [low, high] = inOrder(thresholds).map((t) => Math.floor(toNorm(t))) as [number, number];
  return connectEdges(opencvStrength(image, norm, Math.max(0, low)), low, high);
}

const inOrder = ({ low, high }: CannyThresholds): [number, number] => (low > high ? [high, low] : [low, high]);
