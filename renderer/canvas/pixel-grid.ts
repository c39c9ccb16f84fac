import type { Extent } from '#common/geometry.ts';
import { visiblePart } from './view.ts';
import type { Screen, View } from './view.ts';

const fromScale = 8; // screen pixels per pixel of the picture

/** Lines between the pixels of the picture, where these are large enough to be told apart. Draws in screen pixels. */
export function paintPixelGrid(context: CanvasRenderingContext2D, picture: Extent, view: View, screen: Screen): void {
  const { density } = screen;
  if (view.zoom * density < fromScale) return;
  const part = visiblePart(view, screen);
  const [left, top] = [Math.max(0, Math.floor(part.x)), Math.max(0, Math.floor(part.y))];
  const right = Math.min(picture.width, Math.ceil(part.x + part.width));
  const bottom = Math.min(picture.height, Math.ceil(part.y + part.height));
  const across = (x: number): number => Math.round((view.x + x * view.zoom) * density);
  const down = (y: number): number => Math.round((view.y + y * view.zoom) * density);
  context.fillStyle = 'rgb(128 128 128 / 35%)'; // seen on dark and on light pixels
  for (let x = left; x <= right; x++) context.fillRect(across(x), down(top), 1, down(bottom) - down(top));
  for (let y = top; y <= bottom; y++) context.fillRect(across(left), down(y), across(right) - across(left), 1);
}
