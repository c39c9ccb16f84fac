import { expect, test } from 'vitest';
import { resizeLanczos } from '../../../native-models/tensor/resample.ts';
import {
  leaveWhiteSquare,
  prepareSquare,
  prepareWhiteSquare,
  squareCrop,
} from '../../../native-models/tensor/square-crop.ts';
import { noisePicture } from './pictures.ts';

const rgb = (width: number, height: number) => ({
  width,
  height,
  data: noisePicture(width, height).data as Uint8Array,
});

test('rounds halves of the resized side to even, and crops in the middle', () => {
  expect(squareCrop(1365, 1024, 512)).toEqual({ width: 682, height: 512, x: 85, y: 0 }); // 682.5
  expect(squareCrop(1024, 1367, 512)).toEqual({ width: 512, height: 684, x: 0, y: 86 }); // 683.5
  expect(squareCrop(513, 512, 512)).toEqual({ width: 513, height: 512, x: 0, y: 0 });
});

test('leaves a picture of the right size alone, and a plain one plain', () => {
  const square = rgb(16, 16);
  expect(prepareSquare(square, 16)).toBe(square);
  const wide = rgb(20, 16);
  expect([...prepareSquare(wide, 16).data.subarray(0, 48)]).toEqual([...wide.data.subarray(6, 54)]);
  const plain = { width: 31, height: 7, data: new Uint8Array(31 * 7 * 3).fill(201) };
  expect(resizeLanczos(plain, 12, 50).data.every((value) => value === 201)).toBe(true);
});

test('resizes one axis as worked out by hand', () => {
  // Twice as wide: centres at -0.25 and 0.25 of the inputs; weights of the inputs in reach are normalised to 1.
  const sinc = (t: number): number => Math.sin(Math.PI * t) / (Math.PI * t);
  const lanczos = (t: number): number => sinc(t) * sinc(t / 3);
  const [near, far] = [lanczos(0.25), lanczos(0.75)];
  const blend = (a: number, b: number): number => Math.round((a * near + b * far) / (near + far));
  const edge = { width: 2, height: 1, data: Uint8Array.of(40, 60) };
  const outer = (a: number, b: number): number => {
    const [w0, w1] = [lanczos(0.25), lanczos(1.25)];
    return Math.round((a * w0 + b * w1) / (w0 + w1));
  };
  const expected = [outer(40, 60), blend(40, 60), blend(60, 40), outer(60, 40)];
  expect([...resizeLanczos(edge, 4, 1).data]).toEqual(expected);
  expect(() => resizeLanczos(edge, 0, 1)).toThrow(RangeError);
});

test('puts a picture on white and takes it off again', () => {
  const photo = rgb(24, 17);
  const square = prepareWhiteSquare(photo, 24);
  expect([...square.data.subarray(17 * 24 * 3)].every((value) => value === 255)).toBe(true);
  expect(leaveWhiteSquare(square, 24, 17).data).toEqual(photo.data);
});
