/** Mixes a 32-bit number so that every input bit reaches every output bit (the finaliser of MurmurHash3). */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A number in [0, 1) that depends only on its arguments, with 53 random bits.
 *
 * Counter-based rather than a running generator: the number for a cell is the same whether the cells before it were drawn,
 * locked, or kept from an earlier run.
 * @param seed any integer up to 2^53; @param stream e.g. the variant; @param counter e.g. the cell */
export function uniformAt(seed: number, stream: number, counter: number): number {
  const low = seed % 2 ** 32;
  const high = Math.floor(seed / 2 ** 32);
  const key = mix(mix(mix(low ^ 0x9e3779b9) ^ high) + Math.imul(stream + 1, 0x9e3779b1));
  const a = mix(key ^ mix(Math.imul(counter, 2) + 0x632be59b));
  const b = mix((key + 0x7f4a7c15) ^ mix(Math.imul(counter, 2) + 0x632be59c));
  return ((a >>> 5) * 2 ** 26 + (b >>> 6)) / 2 ** 53;
}
