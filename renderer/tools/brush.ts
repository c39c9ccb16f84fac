import type { StrokePoint } from '#common/raster/shapes.ts';
import type { ToolPoint } from './tool.ts';

// What all tools have in common that draw with a round brush.

export const brushSizes = { min: 1, max: 1000 } as const; // px of the picture, across

/** Where a brush touches the picture. A pen that presses harder draws wider; a mouse draws at the size that is set. */
export const brushPoint = ({ image, pressure }: ToolPoint, size: number): StrokePoint => ({
  ...image,
  radius: Math.max(0.5, (size / 2) * Math.min(1, 0.25 + 1.5 * pressure)), // a mouse presses with 0.5
});

/** What { and }, which are [ and ] with Shift on many keyboards, make of a hardness; undefined for other keys. */
export function hardenedBy(key: string, hardness: number): number | undefined {
  const percent = Math.round(hardness * 100);
  if (key === '{') return Math.max(0, percent - 10) / 100;
  return key === '}' ? Math.min(100, percent + 10) / 100 : undefined;
}

/** The opacity that a digit stands for: 1 is 10 %, 0 is all; undefined for other keys. */
export function opacityOf(key: string): number | undefined {
  return /^\d$/.test(key) ? (Number(key) || 10) / 10 : undefined;
}

/** What [ and ] make of a size; undefined for other keys. */
export function resizedBy(key: string, size: number): number | undefined {
  if (key === '[') return Math.max(brushSizes.min, Math.floor(size / 1.2));
  return key === ']' ? Math.min(brushSizes.max, Math.ceil(size * 1.2)) : undefined;
}
