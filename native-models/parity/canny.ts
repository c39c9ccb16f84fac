import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readTensors } from '../checkpoint/read-tensors.ts';
import { canny, type CannyDetector } from '../conditions/canny/canny.ts';
import { ParityFailure, type DecodePicture, type ParityResult } from './result.ts';

interface CannyCase {
  readonly key: string; // of the map among the tensors
  readonly input: string;
  readonly low: number;
  readonly high: number;
  readonly exact_steps?: boolean; // perfectly flat steps, where rounding decides on whole outlines
}

/** Share of a map that may differ where the reference's own rounding decides. */
const mostDiffering = 0.0001;

/** Runs a `canny-opencv` or `canny-kornia` case. OpenCV's maps have to be equal; kornia's may differ where its file says that rounding
 * decides, in a ten-thousandth of the pixels at most. */
export async function checkCanny(folder: string, decodePicture: DecodePicture): Promise<ParityResult> {
  const cases = JSON.parse(await readFile(join(folder, 'cases.json'), 'utf8')) as CannyCase[];
  const tensors = await readTensors(join(folder, 'maps.safetensors'));
  const bits = (name: string): Uint8Array | undefined => tensors.get(name)?.data as Uint8Array | undefined;
  const isKornia = cases.some(({ key }) => bits(`${key}|ambiguous`) !== undefined);
  const detector: CannyDetector = isKornia ? 'editar' : 'opencv';
  let [pixels, differing] = [0, 0];
  for (const { key, input, low, high, exact_steps: isFlat } of cases) {
    const expected = bits(key);
    if (!expected) throw new ParityFailure(`no map ${key}`);
    const image = await decodePicture(join(folder, input));
    const found = canny(image, detector, { low, high });
    const count = differences(key, found, expected, bits(`${key}|ambiguous`));
    if (!isFlat && count > mostDiffering * found.length) throw new ParityFailure(`${key}: ${count} pixels differ`);
    differing += count;
    pixels += found.length;
  }
  return { maxError: differing / pixels, detail: `${cases.length} maps, ${differing} of ${pixels} pixels differ` };
}

/** @returns how many pixels differ @throws ParityFailure where rounding does not explain it */
function differences(key: string, found: Uint8Array, expected: Uint8Array, ambiguous: Uint8Array | undefined): number {
  let count = 0;
  for (let i = 0; i < found.length; i++) {
    if (bitAt(expected, i) === (found[i] === 255)) continue;
    if (!ambiguous || !bitAt(ambiguous, i)) throw new ParityFailure(`${key}: pixel ${i} is ${found[i]}`);
    count++;
  }
  return count;
}

/** A bit of bytes, the highest first. */
const bitAt = (bytes: Uint8Array, i: number): boolean => ((bytes[i >> 3]! >> (7 - (i % 8))) & 1) === 1;
