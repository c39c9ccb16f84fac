// Differences of pixels of four channels, 8 bits each, to the one before them in their row; the first one's to 0. The four bytes of a pixel are
// worked on at once, four times as fast as one by one: the highest bit of each byte is kept out of the arithmetic, so that nothing is carried
// or borrowed from one to the next.

const low = 0x7f7f7f7f;
const high = 0x80808080;

/** @param samples rows of `width` pixels @param into as many bytes, from a whole word on; left out: new ones */
export function leftDifferences(
  samples: Uint8Array,
  width: number,
  into = new Uint8Array(samples.length),
): Uint8Array<ArrayBuffer> {
  const pixels = inWords(samples);
  const differences = new Uint32Array(into.buffer, into.byteOffset, pixels.length);
  for (let row = 0; row < pixels.length; row += width) {
    for (let i = row, before = 0; i < row + width; i++) {
      const pixel = pixels[i]!;
      differences[i] = ((pixel | high) - (before & low)) ^ ((pixel ^ ~before) & high);
      before = pixel;
    }
  }
  return into;
}

/** Turns differences into the samples they belong to, in the same memory where it begins at a whole word. */
export function fromLeftDifferences(differences: Uint8Array, width: number): Uint8Array {
  const pixels = inWords(differences);
  for (let row = 0; row < pixels.length; row += width) {
    for (let i = row, pixel = 0; i < row + width; i++) {
      const step = pixels[i]!;
      pixel = ((pixel & low) + (step & low)) ^ ((pixel ^ step) & high);
      pixels[i] = pixel;
    }
  }
  return new Uint8Array(pixels.buffer, pixels.byteOffset, differences.length);
}

/** The same memory where it begins at a whole word, else a copy. */
function inWords(bytes: Uint8Array): Uint32Array {
  const from = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Uint32Array(from.buffer, from.byteOffset, from.length / 4);
}
