import type { RgbImage } from '../api.ts';
import type { Frame } from './frame.ts';
import { FRAME } from './scene.ts';

const PER_ROW = 5; // items
const GAP = 4; // pixels between pictures
const APART = 12; // pixels between items
const WHITE = 255;

/** The first five items of every row; an item's frames lie side by side, as many in every item. Items are given in their order. */
export function contactSheet(rows: readonly (readonly (readonly Frame[])[])[]): RgbImage {
  const perItem = rows[0]?.[0]?.length ?? 0;
  const step = FRAME + GAP;
  const across = perItem * step - GAP; // pixels of an item
  const width = PER_ROW * (across + APART) - APART;
  const height = rows.length * (FRAME + APART) - APART;
  const data = new Uint8Array(width * height * 3).fill(WHITE);
  rows.forEach((row, y) => {
    row.slice(0, PER_ROW).forEach((frames, x) => {
      frames.forEach((frame, i) => paste(data, width, frame, x * (across + APART) + i * step, y * (FRAME + APART)));
    });
  });
  return { width, height, data };
}

function paste(sheet: Uint8Array, width: number, frame: Frame, left: number, top: number): void {
  for (let row = 0; row < FRAME; row++) {
    sheet.set(frame.subarray(row * FRAME * 3, (row + 1) * FRAME * 3), ((top + row) * width + left) * 3);
  }
}
