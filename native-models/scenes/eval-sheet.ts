import type { RgbImage } from '../api.ts';
import type { ScoredItem } from './eval-scenes.ts';
import type { Frame } from './frame.ts';
import { FRAME } from './scene.ts';

const PER_ROW = 5; // items
const GAP = 4; // pixels between pictures
const APART = 12; // pixels between items
const WHITE = 255;

type Pictures = ScoredItem['pictures'];

/** The first five items of every type, one row per type: condition and answer side by side. Items are given in their order. */
export function contactSheet(rows: readonly (readonly Pictures[])[]): RgbImage {
  const width = PER_ROW * (2 * FRAME + GAP) + (PER_ROW - 1) * APART;
  const height = rows.length * (FRAME + APART) - APART;
  const data = new Uint8Array(width * height * 3).fill(WHITE);
  rows.forEach((row, y) => {
    row.slice(0, PER_ROW).forEach(({ condition, answer }, x) => {
      const left = x * (2 * FRAME + GAP + APART);
      paste(data, width, condition, left, y * (FRAME + APART));
      paste(data, width, answer, left + FRAME + GAP, y * (FRAME + APART));
    });
  });
  return { width, height, data };
}

function paste(sheet: Uint8Array, width: number, frame: Frame, left: number, top: number): void {
  for (let row = 0; row < FRAME; row++) {
    sheet.set(frame.subarray(row * FRAME * 3, (row + 1) * FRAME * 3), ((top + row) * width + left) * 3);
  }
}
