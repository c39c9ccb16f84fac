import { cannyStrength, edgesAt } from '#models/maps';
import type { CannyDetector, CannyThresholds, EdgeStrength } from '#models/maps';
import type { RgbImage } from '#models/api';

/** Finds edges of one picture again and again: gradient and thinning are kept per detector while thresholds move. */
export class EdgeDesk {
  #picture: RgbImage | undefined;
  #strength: EdgeStrength | undefined;
  #detector: CannyDetector | undefined;

  setPicture(picture: RgbImage): void {
    this.#picture = picture;
    this.#strength = this.#detector = undefined;
  }

  /** @returns 0 or 255, [height][width]; undefined without a picture */
  edges(detector: CannyDetector, thresholds: CannyThresholds): Uint8Array | undefined {
    if (!this.#picture) return undefined;
    if (!this.#strength || this.#detector !== detector) {
      this.#strength = cannyStrength(this.#picture, detector);
      this.#detector = detector;
    }
    return edgesAt(this.#strength, detector, thresholds);
  }
}
