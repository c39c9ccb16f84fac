import { intersect, isEmpty } from '#common/geometry.ts';
import type { Bounds, Extent, Point } from '#common/geometry.ts';
import type { Placement } from '#common/raster/placement.ts';
import type { View } from './view.ts';

/** Rows of a picture in progress, as they are drawn. */
export interface DrawnBand {
  readonly bitmap: CanvasImageSource & Extent;
  readonly top: number; // px of the model's square
  readonly placement: Placement;
  readonly part?: Bounds | undefined; // of the model's square that is shown; left out: all of it
  readonly corner: Point; // of the picture the rows are of, document space
}

/** The rows of the model's picture that are decoded so far, laid over the picture where they belong. */
export class BandOverlay {
  readonly #square = document.createElement('canvas'); // the model's picture so far, at its own size
  #placement: Placement | undefined;
  #part: Bounds | undefined; // px of the model's square
  #corner: Point = { x: 0, y: 0 };
  #rows = { top: 0, bottom: 0 }; // px of the model's square

  add({ bitmap, top, placement, part, corner }: DrawnBand): void {
    const square = this.#square;
    if (!this.#placement) {
      square.width = square.height = placement.modelSize; // clears it
      this.#rows = { top, bottom: top };
    }
    [this.#placement, this.#part, this.#corner] = [placement, part, corner];
    const context = square.getContext('2d');
    context?.clearRect(0, top, square.width, bitmap.height); // what is see-through would add up
    context?.drawImage(bitmap, 0, top);
    this.#rows = { top: Math.min(this.#rows.top, top), bottom: Math.max(this.#rows.bottom, top + bitmap.height) };
  }

  clear(): void {
    this.#placement = undefined;
  }

  /** Draws the rows and a thin line where they end. Below it the picture itself shows.
   * @param edge colour of the line @param canvas that is seen, document space: rows of what was cropped away are cut off */
  paint(context: CanvasRenderingContext2D, seen: View, density: number, edge: string, canvas: Bounds): void {
    const placement = this.#placement;
    if (!placement) return;
    const left = { ...canvas, x: canvas.x - this.#corner.x, y: canvas.y - this.#corner.y }; // of the picture the rows are of
    const view = { zoom: seen.zoom, x: seen.x - left.x * seen.zoom, y: seen.y - left.y * seen.zoom };
    const { source, modelSize, visible } = placement;
    const { top, bottom } = this.#rows;
    const scale = source.width / modelSize;
    const inImage = ({ x, y, width, height }: Bounds): Bounds => ({
      ...{ x: source.x + x * scale, y: source.y + y * scale },
      ...{ width: width * scale, height: height * scale },
    });
    const rows = { x: 0, y: top, width: modelSize, height: bottom - top };
    const part = intersect(inImage(intersect(rows, this.#part ?? rows)), intersect(visible, left));
    if (isEmpty(part)) return;
    const shown = onScreen(part, view, density);
    const { x, y, width, height } = onScreen(inImage(rows), view, density);
    context.save();
    context.beginPath();
    context.rect(shown.x, shown.y, shown.width, shown.height);
    context.clip();
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = 'medium'; // drawn anew with each row: the finished picture looks finer
    context.drawImage(this.#square, 0, top, modelSize, bottom - top, x, y, width, height);
    context.restore();
    context.fillStyle = edge;
    context.fillRect(shown.x, shown.y + shown.height - density, shown.width, 2 * density);
  }
}

/** In screen pixels, edges on whole ones. */
function onScreen({ x, y, width, height }: Bounds, { zoom, x: left, y: top }: View, density: number): Bounds {
  const edge = (start: number, position: number): number => Math.round((start + position * zoom) * density);
  const [first, above] = [edge(left, x), edge(top, y)];
  return { x: first, y: above, width: edge(left, x + width) - first, height: edge(top, y + height) - above };
}
