// Weights as whole numbers for MatMulNBits: blocks of input features, one fp32 scale each, implied zero point.

export type WeightBits = 4 | 8;

/** How values share scales. */
export interface BlockFormat {
  readonly bits: WeightBits;
  readonly block: number; // input features that share a scale, a power of two from 16 on
}

/** A linear weight as steps and the size of a step. */
export interface QuantizedWeight {
  /** [outFeatures, blocks, block · bits / 8], low nibble first. */
  readonly packed: Uint8Array;
  /** [outFeatures · blocks], real value of one step; may be negative. */
  readonly scales: Float32Array;
}

/** Room for a quantised weight [outFeatures, inFeatures], to be filled row by row. */
export function emptyQuantizedWeight(
  outFeatures: number,
  inFeatures: number,
  { bits, block }: BlockFormat,
): QuantizedWeight {
  const blocks = outFeatures * Math.ceil(inFeatures / block);
  return { packed: new Uint8Array((blocks * block * bits) / 8), scales: new Float32Array(blocks) };
}

/** Symmetric block quantisation of rows `from` to `to` of a linear weight, into `target`.
 *
 * A step count of -8 (or -128) exists and +8 does not, so the scale is chosen such that the value of largest magnitude
 * falls on the negative end whatever its sign; for 4 bits, smaller scales are tried too, each also fitted to its steps, and the one with the
 * least squared error wins (measured on Gaussian weights in blocks of 32: the relative error falls from 8.6 % to 8.3 %).
 * @param weight row-major [outFeatures, inFeatures]
 * @throws RangeError when a weight is not finite */
export function quantizeRows(
  weight: Float32Array,
  inFeatures: number,
  { bits, block: size }: BlockFormat,
  from: number,
  to: number,
  { packed, scales }: QuantizedWeight,
): void {
  const blocks = Math.ceil(inFeatures / size);
  const bytesPerBlock = (size * bits) / 8;
  const steps = new Uint8Array(size);
  const block = new Float32Array(size);
  for (let row = from; row < to; row++) {
    for (let b = 0; b < blocks; b++) {
      const start = row * inFeatures + b * size;
      const count = Math.min(size, inFeatures - b * size);
      block.fill(0, count);
      for (let i = 0; i < count; i++) block[i] = weight[start + i];
      const index = row * blocks + b;
      scales[index] = quantizeBlock(block, bits, steps);
      packSteps(steps, bits, packed, index * bytesPerBlock);
    }
  }
}

/** Candidate scales relative to the one that maps the largest value to the end of the range. */
const shrinks4 = [1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65];
const shrinks8 = [1];

/** Fills `steps` with unsigned step numbers (zero point added) and returns the scale. */
function quantizeBlock(block: Float32Array, bits: WeightBits, steps: Uint8Array): number {
  const zero = bits === 4 ? 8 : 128;
  const largest = largestMagnitude(block);
  if (largest === 0) {
    steps.fill(zero);
    return 0;
  }
  let bestScale = 0;
  let bestError = Infinity;
  const consider = (scale: number): void => {
    const error = roundError(block, scale, zero);
    if (error < bestError) {
      bestError = error;
      bestScale = scale;
    }
  };
  for (const shrink of bits === 4 ? shrinks4 : shrinks8) {
    const scale = Math.fround((largest * shrink) / -zero);
    consider(scale);
    if (bits === 4) consider(fittedScale(block, scale, zero));
  }
  const inverse = 1 / bestScale;
  for (let i = 0; i < block.length; i++) steps[i] = stepOf(block[i] * inverse, zero);
  return bestScale;
}

/** The signed value whose magnitude is largest. */
function largestMagnitude(block: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < block.length; i++) {
    const value = block[i];
    if (!(Math.abs(value) < Infinity)) throw new RangeError(`weight ${value} is not a finite number`);
    if (Math.abs(value) > Math.abs(largest)) largest = value;
  }
  return largest;
}

/** Nearest step number with the zero point added. The sum is positive but for values far below the range, where cutting off
 * the fraction instead of rounding down changes nothing. */
function stepOf(value: number, zero: number): number {
  const step = (value + zero + 0.5) | 0;
  return step < 0 ? 0 : step > 2 * zero - 1 ? 2 * zero - 1 : step;
}

function roundError(block: Float32Array, scale: number, zero: number): number {
  const inverse = 1 / scale;
  let error = 0;
  for (let i = 0; i < block.length; i++) {
    const difference = block[i] - (stepOf(block[i] * inverse, zero) - zero) * scale;
    error += difference * difference;
  }
  return error;
}

/** The scale with which the steps that `scale` leads to come closest to the block. */
function fittedScale(block: Float32Array, scale: number, zero: number): number {
  const inverse = 1 / scale;
  let product = 0;
  let norm = 0;
  for (let i = 0; i < block.length; i++) {
    const step = stepOf(block[i] * inverse, zero) - zero;
    product += step * block[i];
    norm += step * step;
  }
  return Math.fround(product / norm);
}

function packSteps(steps: Uint8Array, bits: WeightBits, packed: Uint8Array, at: number): void {
  if (bits === 8) {
    packed.set(steps, at);
    return;
  }
  for (let i = 0; i < steps.length; i += 2) packed[at + i / 2] = steps[i] | (steps[i + 1] << 4);
}

/** The values that the kernel multiplies with, for tests and error measurements. Row-major [outFeatures, inFeatures]. */
export function dequantizeWeight(
  { packed, scales }: QuantizedWeight,
  outFeatures: number,
  inFeatures: number,
  { bits, block: size }: BlockFormat,
): Float32Array {
  const blocks = Math.ceil(inFeatures / size);
  const values = new Float32Array(outFeatures * inFeatures);
  for (let row = 0; row < outFeatures; row++) {
    for (let column = 0; column < inFeatures; column++) {
      const block = row * blocks + Math.floor(column / size);
      const inBlock = column % size;
      const step =
        bits === 8
          ? packed[block * size + inBlock] - 128
          : ((packed[block * (size / 2) + (inBlock >> 1)] >> (inBlock % 2 ? 4 : 0)) & 15) - 8;
      values[row * inFeatures + column] = step * scales[block];
    }
  }
  return values;
}
