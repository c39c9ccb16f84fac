import { classesOf, colourOf } from '#models/maps';
import type { Point } from '../../geometry.ts';
import type { ConditionMap } from '../condition-map.ts';
import { strokePixels } from './dots.ts';

// Classes are painted in the colours of the palette, without blending. Everything here changes the map it is given.

/** A stroke of a class. @param radius pixels */
export function brushClass(map: ConditionMap, from: Point, to: Point, radius: number, index: number): void {
  const colour = colourOf(index);
  strokePixels(map, from, to, Math.max(0.5, radius), (pixel) => map.data.set(colour, pixel * 3));
}

/** The class at a point, `unlabelled`, or `offPalette`; undefined outside of the map. */
export function classAt({ width, height, data }: ConditionMap, point: Point): number | undefined {
  const [x, y] = [Math.floor(point.x), Math.floor(point.y)];
  if (x < 0 || y < 0 || x >= width || y >= height) return undefined;
  return classesOf(data)[y * width + x]; // what a colour stands for depends on the rest of the map
}

/** Paints all pixels of one colour that hang together by their sides. @returns how many */
export function fillRegion(map: ConditionMap, point: Point, index: number): number {
  const { width, height, data } = map;
  const [x, y] = [Math.floor(point.x), Math.floor(point.y)];
  if (x < 0 || y < 0 || x >= width || y >= height) return 0;
  const keys = colourKeys(data);
  const wanted = keys[y * width + x]!;
  const [red, green, blue] = colourOf(index);
  const key = (red << 16) | (green << 8) | blue;
  if (key === wanted) return 0;
  const open = [y * width + x];
  let count = 0;
  for (let pixel = open.pop(); pixel !== undefined; pixel = open.pop()) {
    if (keys[pixel] !== wanted) continue;
    keys[pixel] = key;
    data.set([red, green, blue], pixel * 3);
    count++;
    const column = pixel % width;
    if (column > 0) open.push(pixel - 1);
    if (column < width - 1) open.push(pixel + 1);
    if (pixel >= width) open.push(pixel - width);
    if (pixel < keys.length - width) open.push(pixel + width);
  }
  return count;
}

/** Gives every pixel of a class to another. @returns how many */
export function replaceClass({ data }: ConditionMap, from: number, to: number): number {
  const keys = colourKeys(data);
  const [red, green, blue] = colourOf(from);
  const wanted = (red << 16) | (green << 8) | blue;
  const colour = colourOf(to);
  let count = 0;
  for (let pixel = 0; pixel < keys.length; pixel++) {
    if (keys[pixel] !== wanted) continue;
    data.set(colour, pixel * 3);
    count++;
  }
  return count;
}

function colourKeys(data: Uint8Array): Uint32Array {
  const keys = new Uint32Array(data.length / 3);
  for (let i = 0; i < keys.length; i++) keys[i] = (data[i * 3]! << 16) | (data[i * 3 + 1]! << 8) | data[i * 3 + 2]!;
  return keys;
}

/** Gives every pixel that is chosen to a class. */
export function paintPixels({ data }: ConditionMap, isChosen: (pixel: number) => boolean, index: number): void {
  const colour = colourOf(index);
  for (let pixel = 0; pixel < data.length / 3; pixel++) if (isChosen(pixel)) data.set(colour, pixel * 3);
}
