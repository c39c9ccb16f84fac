import type { Extent } from '#common/geometry.ts';
import type { Placement } from '#common/raster/placement.ts';

/** Draws what a model sees of a picture: its square, continued by reflection where it reaches beyond the picture.
 * @param picture a copy of the picture, of any size @param side px of the square on the context */
export function drawModelView(
  context: CanvasRenderingContext2D,
  picture: CanvasImageSource & Extent,
  { image, source }: Placement,
  side: number,
): void {
  const scale = side / source.width; // px of the context per px of the image
  context.clearRect(0, 0, side, side);
  context.imageSmoothingQuality = 'high';
  for (const [column, row] of copies(image, source)) {
    const [left, top] = [(column * image.width - source.x) * scale, (row * image.height - source.y) * scale];
    const [width, height] = [image.width * scale, image.height * scale];
    const [isFlippedX, isFlippedY] = [column % 2 !== 0, row % 2 !== 0];
    context.save();
    context.translate(isFlippedX ? left + width : left, isFlippedY ? top + height : top);
    context.scale(isFlippedX ? -1 : 1, isFlippedY ? -1 : 1);
    context.drawImage(picture, 0, 0, width, height);
    context.restore();
  }
}

/** Which copies of the picture, beside and above each other, the square lies on: 0, 0 is the picture itself. */
function copies(image: Extent, { x, y, width, height }: Placement['source']): [column: number, row: number][] {
  const range = (start: number, length: number, size: number): number[] => {
    const first = Math.floor(start / size);
    const last = Math.ceil((start + length) / size) - 1;
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  };
  return range(y, height, image.height).flatMap((row) =>
    range(x, width, image.width).map((column): [number, number] => [column, row]),
  );
}
