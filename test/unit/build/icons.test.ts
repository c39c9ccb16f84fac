import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { icnsFile, icoFile } from '../../../build/icon-files.mjs';

const resources = new URL('../../../build/resources/', import.meta.url);
const read = (name: string): Buffer => readFileSync(new URL(name, resources));

/** Width and height as a PNG's first chunk tells them. */
const sizeOfPng = (png: Buffer): number[] => [png.readUInt32BE(16), png.readUInt32BE(20)];

test('Windows has sharp icons at every scale of its screens', () => {
  const ico = read('icon.ico');
  expect([ico.readUInt16LE(0), ico.readUInt16LE(2)]).toEqual([0, 1]);
  const sizes = Array.from({ length: ico.readUInt16LE(4) }, (_, index) => {
    const [width = 0, length, at] = [
      ico[6 + 16 * index],
      ico.readUInt32LE(14 + 16 * index),
      ico.readUInt32LE(18 + 16 * index),
    ];
    const size = width || 256;
    expect(sizeOfPng(ico.subarray(at, at + length))).toEqual([size, size]);
    return size;
  });
  expect(sizes).toEqual([16, 20, 24, 32, 40, 48, 64, 128, 256]);
});

test('macOS has its ten icons', () => {
  const icns = read('icon.icns');
  expect([icns.toString('latin1', 0, 4), icns.readUInt32BE(4)]).toEqual(['icns', icns.length]);
  const found: Record<string, number> = {};
  for (let at = 8; at < icns.length; at += icns.readUInt32BE(at + 4)) {
    const type = icns.toString('latin1', at, at + 4);
    const [width, height] = sizeOfPng(icns.subarray(at + 8));
    expect(width).toBe(height);
    found[type] = width!;
  }
  expect(found).toEqual({
    ...{ icp4: 16, icp5: 32, ic07: 128, ic08: 256, ic09: 512 },
    ...{ ic11: 32, ic12: 64, ic13: 256, ic14: 512, ic10: 1024 },
  });
});

test('Linux has one file for each size', () => {
  for (const name of readdirSync(new URL('icons/', resources))) {
    const size = Number(/^(\d+)x\1\.png$/.exec(name)?.[1]);
    expect([name, ...sizeOfPng(read(`icons/${name}`))]).toEqual([name, size, size]);
  }
});

test('sizes that a format writes in its own way are read back', () => {
  const png = new Uint8Array(40);
  expect([...icoFile([{ size: 256, png }]).subarray(6, 8)]).toEqual([0, 0]);
  expect(icnsFile([{ size: 32, png }])).toHaveLength(8 + 2 * (8 + 40)); // for both kinds of screens
});
