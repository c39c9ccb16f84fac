import type { RgbImage } from '../../../native-models/api.ts';

/** A picture of three equal channels. */
export const greyImage = (width: number, height: number, at: (x: number, y: number) => number): RgbImage =>
  colourImage(width, height, (x, y) => {
    const value = at(x, y);
    return [value, value, value];
  });

export function colourImage(
  width: number,
  height: number,
  at: (x: number, y: number) => readonly [number, number, number],
): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(at(x, y), (y * width + x) * 3);
  return { width, height, data };
}

/** A map as rows of text: `#` for 255, `.` for 0. */
export function rowsOf(map: Uint8Array, width: number): string[] {
  const text = Array.from(map, (value) => (value === 255 ? '#' : value === 0 ? '.' : '?')).join('');
  return Array.from({ length: map.length / width }, (_, y) => text.slice(y * width, (y + 1) * width));
}
