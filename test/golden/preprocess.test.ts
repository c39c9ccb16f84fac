import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RgbImage } from '#models/api';
import { decodeReference } from '#node/images/decode-reference.ts';
import { checkPreprocess } from '#node/parity/preprocess.ts';
import * as squares from '../../native-models/tensor/square-crop.ts';
import { goldenRoot } from '../helpers/golden.ts';

const golden = test.skipIf(!goldenRoot);
const folder = join(goldenRoot ?? '', 'preprocess');

golden('prepares every picture exactly as the references do', async () => {
  const { maxError, detail } = await checkPreprocess(folder, decodeReference, squares);
  expect(maxError).toBeLessThanOrEqual(2);
  expect(detail).toContain('13 files');
});

golden('tells which square differs', async () => {
  const oneBitOff = (image: RgbImage, size: number): RgbImage => {
    const square = squares.prepareSquare(image, size);
    return { ...square, data: square.data.map((value, i) => (i === 7 ? value ^ 1 : value)) };
  };
  const check = checkPreprocess(folder, decodeReference, { ...squares, prepareSquare: oneBitOff });
  await expect(check).rejects.toThrow('in/gray8.png reference editar512');
});
