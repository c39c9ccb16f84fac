import { ParityFailure } from './result.ts';

type Numbers = ArrayLike<number>;

/** How far values may be off; what is left out is not looked at. */
export interface Tolerance {
  readonly maxAbs?: number;
  readonly relativeL2?: number;
}

/** Compares values one by one. @returns the largest absolute difference
 * @throws ParityFailure naming the first position beyond the tolerance, or NaN */
export function compareNumbers(what: string, actual: Numbers, expected: Numbers, tolerance: Tolerance): number {
  if (actual.length !== expected.length) {
    throw new ParityFailure(`${what}: ${actual.length} values instead of ${expected.length}`);
  }
  let largest = 0;
  let squares = 0;
  let differences = 0;
  for (let i = 0; i < actual.length; i++) {
    const difference = Math.abs(actual[i] - expected[i]);
    if (!(difference <= (tolerance.maxAbs ?? Infinity))) {
      throw new ParityFailure(
        `${what}: at ${i} ${actual[i]} instead of ${expected[i]} (tolerance ${tolerance.maxAbs})`,
      );
    }
    largest = Math.max(largest, difference);
    differences += difference ** 2;
    squares += expected[i] ** 2;
  }
  const relative = Math.sqrt(differences / Math.max(squares, Number.MIN_VALUE));
  if (!(relative <= (tolerance.relativeL2 ?? Infinity))) {
    throw new ParityFailure(`${what}: relative L2 error ${relative} (tolerance ${tolerance.relativeL2})`);
  }
  return largest;
}

/** Compares exactly. @throws ParityFailure naming the first position that differs */
export function compareExactly(what: string, actual: Numbers, expected: Numbers): number {
  return compareNumbers(what, actual, expected, { maxAbs: 0 });
}
