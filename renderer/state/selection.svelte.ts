import type { Extent, Point } from '#common/geometry.ts';
import { traceContours } from '#common/raster/contour.ts';
import { combine, featherSelection, growSelection, invertSelection, moveSelection } from '#common/raster/selection.ts';
import { selectAll, shrinkSelection } from '#common/raster/selection.ts';
import type { Combination, Selection } from '#common/raster/selection.ts';
import type { Pause } from '#common/raster/slices.ts';

/** Lets the page draw and listen in between two parts of a long computation. */
const pause: Pause = () => new Promise((resolve) => setTimeout(resolve));

/** What of the picture is selected. Never part of the document. */
export class SelectionState {
  mask = $state.raw<Selection>(null);
  /** Its outlines: closed lines through corners of pixels, image space. */
  contours = $derived(this.mask === null ? [] : traceContours(this.mask));
  bounds = $derived(this.mask?.bounds ?? null);
  picture = $state.raw<Extent>({ width: 1, height: 1 });
  #earlier = $state.raw<Selection>(null); // what was selected before nothing was
  #changes = 0; // a slow change does nothing when a later one came in between

  /** Of another picture nothing is selected. */
  setPicture({ width, height }: Extent): void {
    if (width === this.picture.width && height === this.picture.height) return;
    this.picture = { width, height };
    this.set(null);
    this.#earlier = null;
  }

  set(mask: Selection): void {
    this.#changes++;
    if (mask === null && this.mask) this.#earlier = this.mask;
    this.mask = mask;
  }

  /** Whether nothing is selected and something was. */
  get hasEarlier(): boolean {
    return this.mask === null && this.#earlier !== null;
  }

  /** Selects what was selected before nothing was. */
  again(): void {
    if (this.hasEarlier) this.set(this.#earlier);
  }

  apply(shape: Selection, how: Combination): void {
    this.set(combine(this.mask, shape, how));
  }

  all(): void {
    this.set(selectAll(this.picture));
  }

  none(): void {
    this.set(null);
  }

  invert(): void {
    this.set(invertSelection(this.mask, this.picture));
  }

  /** @param by whole pixels of the picture */
  move(by: Point): void {
    if (this.mask) this.set(moveSelection(this.mask, by, this.picture));
  }

  /** @param by px */
  grow(by: number): Promise<void> {
    return this.#slowly((mask) => growSelection(mask, by, this.picture, pause));
  }

  shrink(by: number): Promise<void> {
    return this.#slowly((mask) => shrinkSelection(mask, by, this.picture, pause));
  }

  feather(radius: number): Promise<void> {
    return this.#slowly((mask) => featherSelection(mask, radius, this.picture, pause));
  }

  async #slowly(change: (mask: NonNullable<Selection>) => Promise<Selection>): Promise<void> {
    if (!this.mask) return;
    const turn = ++this.#changes;
    const changed = await change(this.mask);
    if (turn === this.#changes) this.mask = changed;
  }
}
