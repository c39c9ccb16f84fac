import { BandOverlay } from './band-overlay.ts';
import type { DrawnBand } from './band-overlay.ts';

/** The rows of an edit under way, all its variants, of which one is looked at. */
export class EditBands {
  readonly #variants = new Map<number, BandOverlay>();
  #edit: number | undefined;

  /** @param edit its number: the rows of another edit are gone */
  add(band: DrawnBand & { readonly variant: number }, edit: number): void {
    if (edit !== this.#edit) this.clear();
    this.#edit = edit;
    const variant = this.#variants.get(band.variant) ?? new BandOverlay();
    this.#variants.set(band.variant, variant);
    variant.add(band);
  }

  clear(): void {
    this.#variants.clear();
  }

  /** Undefined before its first row. */
  of(variant: number): BandOverlay | undefined {
    return this.#variants.get(variant);
  }
}
