import type { BoundsIn, PointIn } from '#common/geometry.ts';

// Lines over a picture must be seen on any colour: a light one on a dark one that is wider.

const dark = 'rgb(0 0 0 / 65%)';
const light = '#ffffff';
const guide = '#e0007a';
const guideEdge = 'rgb(255 255 255 / 75%)';

/** Strokes a path, in CSS px. */
export function outline(context: CanvasRenderingContext2D, path: Path2D, dashes: readonly number[] = []): void {
  context.lineJoin = 'round';
  context.setLineDash([]);
  context.lineWidth = 3;
  context.strokeStyle = dark;
  context.stroke(path);
  context.setLineDash([...dashes]);
  context.lineWidth = 1;
  context.strokeStyle = light;
  context.stroke(path);
  context.setLineDash([]);
}

export function outlineRectangle(context: CanvasRenderingContext2D, { x, y, width, height }: BoundsIn<'screen'>): void {
  const path = new Path2D();
  path.rect(Math.round(x) + 0.5, Math.round(y) + 0.5, Math.round(width), Math.round(height));
  outline(context, path);
}

export function outlineCircle(context: CanvasRenderingContext2D, { x, y }: PointIn<'screen'>, radius: number): void {
  const path = new Path2D();
  path.arc(x, y, Math.max(1, radius), 0, 2 * Math.PI);
  outline(context, path);
}

/** A line that something lies on, in a colour that pictures seldom have. */
export function paintGuide(context: CanvasRenderingContext2D, from: PointIn<'screen'>, to: PointIn<'screen'>): void {
  const path = new Path2D();
  path.moveTo(Math.round(from.x) + 0.5, Math.round(from.y) + 0.5);
  path.lineTo(Math.round(to.x) + 0.5, Math.round(to.y) + 0.5);
  context.lineWidth = 3;
  context.strokeStyle = guideEdge;
  context.stroke(path);
  context.lineWidth = 1;
  context.strokeStyle = guide;
  context.stroke(path);
}

/** A square to drag by, around a point. */
export function paintHandle(context: CanvasRenderingContext2D, { x, y }: PointIn<'screen'>, size = 9): void {
  const [left, top] = [Math.round(x - size / 2), Math.round(y - size / 2)];
  context.fillStyle = dark;
  context.fillRect(left - 1, top - 1, size + 2, size + 2);
  context.fillStyle = light;
  context.fillRect(left, top, size, size);
}
