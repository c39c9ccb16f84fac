const square = 8; // CSS px

/** The usual sign of transparency, for a screen of some density. */
export function checkerPattern(
  context: CanvasRenderingContext2D,
  density: number,
  colours: readonly [string, string],
): CanvasPattern | null {
  const side = Math.max(1, Math.round(square * density));
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 2 * side;
  const tile = canvas.getContext('2d');
  if (!tile) return null;
  tile.fillStyle = colours[0];
  tile.fillRect(0, 0, 2 * side, 2 * side);
  tile.fillStyle = colours[1];
  tile.fillRect(0, 0, side, side);
  tile.fillRect(side, side, side, side);
  return context.createPattern(canvas, 'repeat');
}
