/** Formats that can be opened. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'tiff' | 'gif' | 'heic';

const ascii = (bytes: Uint8Array, start: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(start, start + length));

const signatures: readonly (readonly [ImageFormat, number, string])[] = [
  ['jpeg', 0, '\xff\xd8\xff'],
  ['png', 0, '\x89PNG\r\n\x1a\n'],
  ['gif', 0, 'GIF87a'],
  ['gif', 0, 'GIF89a'],
  ['webp', 8, 'WEBP'],
  ['tiff', 0, 'II*\0'],
  ['tiff', 0, 'MM\0*'],
  ['tiff', 0, 'II+\0'], // BigTIFF
  ['tiff', 0, 'MM\0+'],
];

const heicBrands = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'];
const avifBrands = ['avif', 'avis'];

/** Tells a format by its content; the file's name is not asked. Only what is named here is ever given to a decoder. */
export function sniffFormat(bytes: Uint8Array): ImageFormat | undefined {
  const found = signatures.find(([, start, text]) => ascii(bytes, start, text.length) === text);
  if (found) return found[0];
  if (ascii(bytes, 4, 4) !== 'ftyp') return undefined;
  const brands = ftypBrands(bytes);
  if (brands.some((brand) => avifBrands.includes(brand))) return 'avif';
  return brands.some((brand) => heicBrands.includes(brand)) ? 'heic' : undefined;
}

/** The major brand, then the compatible ones (ISO 14496-12, 4.3). */
function ftypBrands(bytes: Uint8Array): string[] {
  const boxEnd = Math.min(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0), bytes.length, 256);
  const brands = [ascii(bytes, 8, 4)];
  for (let at = 16; at + 4 <= boxEnd; at += 4) brands.push(ascii(bytes, at, 4));
  return brands;
}
