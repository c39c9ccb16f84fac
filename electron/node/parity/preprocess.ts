import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RgbImage } from '#models/api';

/** How a file becomes RGB where an application and the reference do not agree. */
export interface DecodeReferenceOptions {
  readonly applyOrientation: boolean;
  readonly sixteenBitGrey: 'saturate' | 'highByte';
}

/** Reads an image file as the reference does, or as an application should. */
export type DecodeReference = (path: string, options: DecodeReferenceOptions) => Promise<RgbImage>;

/** The arithmetic under test, as the inference library has it. */
export interface SquareArithmetic {
  squareCrop(width: number, height: number, size: number): { width: number; height: number; x: number; y: number };
  prepareSquare(image: RgbImage, size: number): RgbImage;
  prepareWhiteSquare(image: RgbImage, size: number): RgbImage;
  leaveWhiteSquare(square: RgbImage, width: number, height: number): RgbImage;
}

/** One prepared square: geometry where it is known, SHA-256 of its bytes, and perhaps the picture itself. */
interface Output {
  readonly resized?: readonly [number, number];
  readonly crop_offset?: readonly [number, number];
  readonly sha256: string;
  readonly back_sha256?: string;
  readonly png?: string;
}

type Outputs = Readonly<Record<string, Output>>; // by family and size: editar512, varedit128 …

interface PreprocessCase {
  readonly input: string;
  readonly decoded?: string; // pixels of a JPEG as the reference decoded it
  readonly outputs: Readonly<Record<string, Outputs>>;
}

/** Largest difference of two JPEG decoders. */
const jpegLevels = 2;

const asReference: DecodeReferenceOptions = { applyOrientation: false, sixteenBitGrey: 'saturate' };
const variants: Readonly<Record<string, DecodeReferenceOptions>> = {
  reference: asReference,
  exif_transposed: { applyOrientation: true, sixteenBitGrey: 'highByte' },
  high_byte: { applyOrientation: false, sixteenBitGrey: 'highByte' },
};

/** Checks the golden case `preprocess`: every file, in every variant of decoding it, becomes the square the reference made of it. All
 * bytes must be equal; a JPEG may differ by two levels, and its pixels as the reference decoded them by none.
 * @param folder with `cases.json` @returns the largest deviation in levels, which only JPEG files have
 * @throws Error naming the first output that differs */
export async function checkPreprocess(
  folder: string,
  decode: DecodeReference,
  arithmetic: SquareArithmetic,
): Promise<{ maxError: number; detail: string }> {
  const cases = JSON.parse(await readFile(join(folder, 'cases.json'), 'utf8')) as PreprocessCase[];
  let [squares, maxError] = [0, 0];
  for (const given of cases) {
    for (const [variant, outputs] of Object.entries(given.outputs)) {
      const options = variants[variant];
      if (!options) throw new Error(`${given.input}: the variant ${variant} is unknown`);
      const image = await decode(join(folder, given.input), options);
      const check = new OutputCheck(`${given.input} ${variant}`, arithmetic);
      if (given.decoded === undefined) await check.exactly(image, outputs, folder, decode);
      else {
        const flat = await decode(join(folder, given.decoded), asReference);
        const exact = options.applyOrientation ? quarterTurn(flat) : flat;
        await check.exactly(exact, outputs, folder, decode);
        maxError = Math.max(maxError, check.closely(image, exact, outputs));
      }
      squares += Object.keys(outputs).length;
    }
  }
  return { maxError, detail: `${squares} squares of ${cases.length} files, exact but for JPEG decoding` };
}

/** Checks the outputs of one file in one variant. */
class OutputCheck {
  readonly #what: string;
  readonly #arithmetic: SquareArithmetic;

  constructor(what: string, arithmetic: SquareArithmetic) {
    this.#what = what;
    this.#arithmetic = arithmetic;
  }

  async exactly(image: RgbImage, outputs: Outputs, folder: string, decode: DecodeReference): Promise<void> {
    for (const [kind, output] of Object.entries(outputs)) {
      const what = `${this.#what} ${kind}`;
      this.#checkGeometry(what, image, kind, output);
      const square = this.#prepare(kind, image);
      if (output.png !== undefined) {
        const expected = await decode(join(folder, output.png), asReference);
        largestDifference(what, square, expected, 0);
      }
      checkHash(what, square, output.sha256);
      if (output.back_sha256 === undefined) continue;
      checkHash(
        `${what} back`,
        this.#arithmetic.leaveWhiteSquare(square, image.width, image.height),
        output.back_sha256,
      );
    }
  }

  /** @returns the largest difference of any square */
  closely(image: RgbImage, exact: RgbImage, outputs: Outputs): number {
    const differences = Object.keys(outputs).map((kind) =>
      largestDifference(`${this.#what} ${kind}`, this.#prepare(kind, image), this.#prepare(kind, exact), jpegLevels),
    );
    return Math.max(0, ...differences);
  }

  #prepare(kind: string, image: RgbImage): RgbImage {
    const { prepareSquare, prepareWhiteSquare } = this.#arithmetic;
    return kind.startsWith('varedit') ? prepareWhiteSquare(image, sizeOf(kind)) : prepareSquare(image, sizeOf(kind));
  }

  #checkGeometry(what: string, image: RgbImage, kind: string, { resized, crop_offset: offset }: Output): void {
    if (!resized || !offset) return;
    const { width, height, x, y } = this.#arithmetic.squareCrop(image.width, image.height, sizeOf(kind));
    const [actual, expected] = [[width, height, x, y].join(', '), [...resized, ...offset].join(', ')];
    if (actual !== expected) throw new Error(`${what}: resized to and cropped at ${actual} instead of ${expected}`);
  }
}

const sizeOf = (kind: string): number => Number(/\d+$/.exec(kind)?.[0]);

function checkHash(what: string, { data }: RgbImage, expected: string): void {
  const actual = createHash('sha256').update(data).digest('hex');
  if (actual !== expected) throw new Error(`${what}: pixels with SHA-256 ${actual} instead of ${expected}`);
}

function largestDifference(what: string, actual: RgbImage, expected: RgbImage, most: number): number {
  if (actual.width !== expected.width || actual.height !== expected.height) {
    throw new Error(`${what}: ${actual.width} × ${actual.height} instead of ${expected.width} × ${expected.height}`);
  }
  let largest = 0;
  for (let i = 0; i < expected.data.length; i++) {
    const difference = Math.abs(actual.data[i]! - expected.data[i]!);
    if (difference > most) throw new Error(`${what}: sample ${i} is ${actual.data[i]} instead of ${expected.data[i]}`);
    largest = Math.max(largest, difference);
  }
  return largest;
}

/** Clockwise, as EXIF orientation 6 asks for; the only one among the inputs. */
function quarterTurn({ width, height, data }: RgbImage): RgbImage {
  const turned = new Uint8Array(data.length);
  for (let y = 0, from = 0; y < height; y++) {
    for (let x = 0; x < width; x++, from += 3) {
      turned.set(data.subarray(from, from + 3), (x * height + (height - 1 - y)) * 3);
    }
  }
  return { width: height, height: width, data: turned };
}
