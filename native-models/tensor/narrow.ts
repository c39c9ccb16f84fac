const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Little-endian fp16 of values, to the nearest, halves to even. What is too large becomes infinite. */
export const narrowToHalf = (values: Float32Array): Uint16Array => Uint16Array.from(values, halfOf);

function halfOf(value: number): number {
  float[0] = value;
  const sign = (bits[0] >>> 16) & 0x8000;
  const size = bits[0] & 0x7fff_ffff;
  if (size > 0x7f80_0000) return sign | 0x7e00; // not a number
  if (size >= 0x477f_f000) return sign | 0x7c00; // rounds to 65,536 or more
  if (size >= 0x3880_0000) return sign | rounded(size - 0x3800_0000, 13);
  const exponent = size >>> 23;
  if (exponent < 102) return sign; // less than half of the smallest
  return sign | rounded((size & 0x7f_ffff) | 0x80_0000, 126 - exponent);
}

/** value / 2^count, to the nearest, halves to even. */
function rounded(value: number, count: number): number {
  const whole = value >>> count;
  const rest = value - whole * 2 ** count;
  const half = 2 ** (count - 1);
  return rest > half || (rest === half && whole % 2 === 1) ? whole + 1 : whole;
}
