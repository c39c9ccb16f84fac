import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readTensors } from '../checkpoint/read-tensors.ts';
import type { Pixels } from '../tensor/resample.ts';
import { leaveWhiteSquare, prepareSquare, prepareWhiteSquare, squareCrop } from '../tensor/square-crop.ts';
import { normalizedPixels } from '../tokenizers/image/image-tensor.ts';
import { compareExactly, compareNumbers } from './compare.ts';
import { ParityFailure } from './result.ts';
import type { DecodePicture, ParityResult } from './result.ts';

interface Output {
  readonly resized?: readonly [number, number];
  readonly crop_offset?: readonly [number, number];
  readonly sha256: string;
  readonly back_sha256?: string;
  readonly png?: string;
}

interface Case {
  readonly input: string;
  readonly decoded?: string;
  readonly outputs: Readonly<Record<string, Readonly<Record<string, Output>>>>;
}

/** JPEG decoders may differ by this much. */
const jpegLevels = 2;

/** Runs the `preprocess` case: files → prepared squares, for EditAR and VAREdit. Of the variants a case offers, the one an
 * application should produce is checked: orientation applied, the high byte of 16-bit grey. */
export async function checkPreprocess(folder: string, decodePicture: DecodePicture): Promise<ParityResult> {
  const cases = JSON.parse(await readFile(join(folder, 'cases.json'), 'utf8')) as Case[];
  const errors: number[] = [];
  for (const picture of cases) {
    const { exif_transposed: upright, high_byte: highByte, reference } = picture.outputs;
    const variant = upright ?? highByte ?? reference!;
    const image = await decodePicture(join(folder, picture.input));
    if (picture.decoded === undefined) checkExactly(picture.input, image, variant);
    else {
      errors.push(await checkClosely(folder, picture.input, image, variant, decodePicture));
      checkExactly(picture.decoded, await decodePicture(join(folder, picture.decoded)), reference!);
    }
  }
  await checkTensor(folder, decodePicture);
  return {
    maxError: Math.max(0, ...errors),
    detail: `${cases.length} files, EditAR and VAREdit squares; exact but for JPEG`,
  };
}

function checkExactly(name: string, image: Pixels, outputs: Readonly<Record<string, Output>>): void {
  for (const [kind, output] of Object.entries(outputs)) {
    const size = Number(/\d+$/.exec(kind)?.[0]);
    checkGeometry(`${name} ${kind}`, image, size, output);
    const square = prepare(kind, image, size);
    checkHash(`${name} ${kind}`, square, output.sha256);
    if (output.back_sha256 !== undefined) {
      checkHash(`${name} ${kind} back`, leaveWhiteSquare(square, image.width, image.height), output.back_sha256);
    }
  }
}

async function checkClosely(
  folder: string,
  name: string,
  image: Pixels,
  outputs: Readonly<Record<string, Output>>,
  decodePicture: DecodePicture,
): Promise<number> {
  let largest = 0;
  for (const [kind, output] of Object.entries(outputs)) {
    const size = Number(/\d+$/.exec(kind)?.[0]);
    checkGeometry(`${name} ${kind}`, image, size, output);
    if (output.png === undefined) continue;
    const expected = await decodePicture(join(folder, output.png));
    const error = compareNumbers(`${name} ${kind}`, prepare(kind, image, size).data, expected.data, {
      maxAbs: jpegLevels,
    });
    largest = Math.max(largest, error);
  }
  return largest;
}

/** Model input of one square, at every fifth row and column. */
async function checkTensor(folder: string, decodePicture: DecodePicture): Promise<void> {
  const expected = (await readTensors(join(folder, 'tensor.safetensors'))).get('x');
  if (!expected) throw new ParityFailure('tensor.safetensors: no tensor x');
  const size = 128;
  const step = 5;
  const square = prepareSquare(await decodePicture(join(folder, 'in/photo.png')), size);
  const values = normalizedPixels(square);
  const actual: number[] = [];
  for (let c = 0; c < 3; c++) {
    for (let y = 0; y < size; y += step) {
      for (let x = 0; x < size; x += step) actual.push(values[(c * size + y) * size + x]!);
    }
  }
  compareExactly('model input of photo.png', actual, expected.data as Float32Array);
}

const prepare = (kind: string, image: Pixels, size: number): Pixels =>
  kind.startsWith('varedit') ? prepareWhiteSquare(image, size) : prepareSquare(image, size);

function checkGeometry(what: string, image: Pixels, size: number, { resized, crop_offset: offset }: Output): void {
  if (!resized || !offset) return;
  const { width, height, x, y } = squareCrop(image.width, image.height, size);
  compareExactly(`${what} geometry`, [width, height, x, y], [...resized, ...offset]);
}

function checkHash(what: string, { data }: Pixels, expected: string): void {
  const actual = createHash('sha256').update(data).digest('hex');
  if (actual !== expected) throw new ParityFailure(`${what}: pixels with hash ${actual} instead of ${expected}`);
}
