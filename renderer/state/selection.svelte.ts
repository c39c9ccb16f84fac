import type { Bounds, Extent, Point } from '#common/geometry.ts';
import { traceContours } from '#common/raster/contour.ts';
import { combine, featherSelection, growSelection, invertSelection, moveSelection } from '#common/raster/selection.ts';
import { coversAll, selectAll, shrinkSelection } from '#common/raster/selection.ts';
import type { Combination, Selection } from '#common/raster/selection.ts';
import type { Pause } from '#common/raster/slices.ts';

/** Lets the page draw and listen in between two parts of a long computation. */
const pause: Pause = () => new Promise((resolve) => setTimeout(resolve));

/** A selection, and the picture it was made on. */
interface Made {
  readonly mask: Selection;
  readonly corner: Point; // of that picture, document space
}

const origin: Point = { x: 0, y: 0 };
const nothing: Made = { mask: null, corner: origin };

/** What of the picture is selected. Never part of the document. */
export class SelectionState {
  mask = $state.raw<Selection>(null);
  #made = $state.raw<Made>(nothing);
  /** Its outlines: closed lines through corners of pixels, image space. */
  contours = $derived(this.mask === null ? [] : traceContours(this.mask));
  bounds = $derived(this.mask?.bounds ?? null);
  picture = $state.raw<Extent>({ width: 1, height: 1 });
  #corner = origin; // of the picture, document space
  #earlier = $state.raw<Made>(nothing); // what was selected before nothing was
  #changes = 0; // a slow change does nothing when a later one came in between

  /** The selection as it was made, whatever the canvas was cut to since. The same object says that nobody changed it. */
  get original(): Selection {
    return this.#made.mask;
  }

  /** The same in document space, with what lies beyond the canvas. */
  get inDocument(): Selection {
    const { mask, corner } = this.#made;
    if (!mask || !this.mask) return null;
    const { x, y } = mask.bounds;
    return { ...mask, bounds: { ...mask.bounds, x: x + corner.x, y: y + corner.y } };
  }

  /** The canvas is another part of the document: what is selected stays on its pixels, and what was cut away comes back with them.
   * @param corner of the canvas, document space */
  setPicture({ width, height }: Extent, { x, y }: Point = origin): void {
    const { picture } = this;
    const isSame = width === picture.width && height === picture.height && x === this.#corner.x && y === this.#corner.y;
    if (isSame) return;
    [this.picture, this.#corner] = [
      { width, height },
      { x, y },
    ];
    this.#changes++;
    this.mask = this.#onPicture(this.#made);
  }

  /** Of another picture nothing is selected. */
  forget(): void {
    this.#changes++;
    [this.mask, this.#made, this.#earlier] = [null, nothing, nothing];
  }

  /** @param corner of the picture that the mask counts from, document space; left out: of the one that is seen */
  set(mask: Selection, corner?: Point): void {
    this.#changes++;
    if (mask === null && this.mask) this.#earlier = this.#made;
    this.#made = { mask, corner: corner ?? this.#corner };
    this.mask = corner ? this.#onPicture(this.#made) : mask;
  }

  /** Where all of the picture is left of a selection, nothing is to be told apart. */
  #onPicture({ mask, corner }: Made): Selection {
    const by = { x: corner.x - this.#corner.x, y: corner.y - this.#corner.y };
    const isHere = by.x === 0 && by.y === 0 && mask && isInside(mask.bounds, this.picture);
    if (!mask || isHere) return mask;
    const moved = moveSelection(mask, by, this.picture);
    return moved && coversAll(moved, this.picture) ? null : moved;
  }

  /** Whether nothing is selected and something was. */
  get hasEarlier(): boolean {
    return this.mask === null && this.#earlier.mask !== null;
  }

  /** Selects what was selected before nothing was. */
  again(): void {
    if (this.hasEarlier) this.set(this.#earlier.mask, this.#earlier.corner);
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
    if (turn === this.#changes) this.set(changed);
  }
}

const isInside = ({ x, y, width, height }: Bounds, picture: Extent): boolean =>
  x >= 0 && y >= 0 && x + width <= picture.width && y + height <= picture.height;
