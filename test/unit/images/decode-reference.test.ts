import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { Raster } from '../../../electron/common/raster/raster.ts';
import { decodeReference } from '../../../electron/node/images/decode-reference.ts';
import { profileChunk } from '../../../electron/node/images/png-chunks.ts';
import { adobeRgb, noise, plainPng, temporaryFolder } from './fixtures.ts';

const asReference = { applyOrientation: false, sixteenBitGrey: 'saturate' } as const;

async function file(bytes: Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), 'input.png');
  await writeFile(path, bytes);
  return path;
}

test('clips 16-bit grey as the reference does, or takes its high byte', async () => {
  const image: Raster = { width: 4, height: 1, channels: 1, depth: 16, data: Uint16Array.of(0, 200, 255, 0x1234) };
  const path = await file(plainPng(image));
  const first = ({ data }: { data: Uint8Array }): number[] => [0, 3, 6, 9].map((at) => data[at]!);
  expect(first(await decodeReference(path, asReference))).toEqual([0, 200, 255, 255]);
  expect(first(await decodeReference(path, { ...asReference, sixteenBitGrey: 'highByte' }))).toEqual([0, 0, 0, 0x12]);
});

test('takes the high byte of 16-bit colour and ignores profiles', async () => {
  const image = noise(5, 4, 3, 16);
  const { data } = await decodeReference(await file(plainPng(image, [profileChunk(adobeRgb())])), asReference);
  expect(data).toEqual(Uint8Array.from(image.data, (value) => value >> 8));
});

test('drops alpha so that colours under it show', async () => {
  const image: Raster = { width: 1, height: 1, channels: 4, depth: 8, data: Uint8Array.of(9, 8, 7, 0) };
  expect([...(await decodeReference(await file(plainPng(image)), asReference)).data]).toEqual([9, 8, 7]);
});

test('opens two-valued pictures as black and white', async () => {
  const image: Raster = { width: 2, height: 1, channels: 1, depth: 8, data: Uint8Array.of(0, 255) };
  const bytes = await sharp(plainPng(image)).png({ palette: true, colours: 2 }).toBuffer();
  expect([...(await decodeReference(await file(bytes), asReference)).data]).toEqual([0, 0, 0, 255, 255, 255]);
});
