import type { Extent } from '#common/geometry.ts';
import type { Placement } from '#common/raster/placement.ts';
import { fitInside } from './fit.ts';

/** Rows of a picture in progress, as they are drawn. */
export interface DrawnBand {
  readonly bitmap: CanvasImageSource & Extent;
  readonly top: number; // px of the model's square
  readonly placement: Placement;
}

const seamRows = 4; // px of the model's square

/** Draws a picture, and bands of the one that is to replace it, into a canvas element. It is written to and never asked. */
export class PictureCanvas {
  readonly #screen: HTMLCanvasElement;
  readonly #composed = document.createElement('canvas'); // at the picture's own size
  readonly #square = document.createElement('canvas'); // the model's picture so far, at its own size
  #frame: number | undefined;
  #edge: number | undefined; // px of the picture: how far the bands have come

  constructor(screen: HTMLCanvasElement) {
    this.#screen = screen;
  }

  /** Shows a picture and forgets all bands. */
  show(bitmap: ImageBitmap): void {
    this.#composed.width = bitmap.width;
    this.#composed.height = bitmap.height;
    this.#composed.getContext('2d')?.drawImage(bitmap, 0, 0);
    this.#edge = undefined;
    this.#square.width = 0;
    this.redraw();
  }

  /** Lays a band over the picture, where the model's square lies on it. The rows above it are drawn once more, so that enlarging
   * leaves no seam between two bands. */
  draw({ bitmap, top, placement: { source, visible, modelSize } }: DrawnBand): void {
    const [square, picture] = [this.#square.getContext('2d'), this.#composed.getContext('2d')];
    if (!square || !picture) return;
    if (this.#square.width !== modelSize) this.#square.width = this.#square.height = modelSize;
    square.drawImage(bitmap, 0, top);
    const bottom = top + bitmap.height;
    const from = Math.max(0, top - seamRows);
    const scale = source.width / modelSize;
    const y = (row: number): number => source.y + row * scale;
    picture.save();
    picture.beginPath();
    const clipTop = Math.max(visible.y, from === 0 ? visible.y : y(top - seamRows / 2)); // above it the strip lacks neighbours
    picture.rect(visible.x, clipTop, visible.width, visible.y + visible.height - clipTop);
    picture.clip();
    picture.imageSmoothingQuality = 'high';
    picture.drawImage(
      this.#square,
      0,
      from,
      modelSize,
      bottom - from,
      source.x,
      y(from),
      source.width,
      y(bottom) - y(from),
    );
    picture.restore();
    this.#edge = Math.min(y(bottom), visible.y + visible.height);
    this.redraw();
  }

  /** Once per frame at most. */
  redraw(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#paint();
    });
  }

  dispose(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
  }

  #paint(): void {
    const screen = this.#screen;
    const density = devicePixelRatio;
    screen.width = Math.round(screen.clientWidth * density);
    screen.height = Math.round(screen.clientHeight * density);
    const context = screen.getContext('2d');
    if (!context || this.#composed.width === 0) return;
    const { x, y, width, height } = fitInside(this.#composed, screen, density);
    context.imageSmoothingQuality = 'high';
    context.drawImage(this.#composed, x, y, width, height);
    if (this.#edge === undefined) return;
    const edge = y + (this.#edge / this.#composed.height) * height;
    context.fillStyle = getComputedStyle(screen).getPropertyValue('--accent');
    context.fillRect(x, Math.min(edge, y + height) - density, width, 2 * density);
  }
}
