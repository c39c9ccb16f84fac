import { crc32, deflateSync, inflateSync } from 'node:zlib';

/** One chunk of a PNG file (PNG, third edition, section 5). */
export interface PngChunk {
  readonly type: string;
  readonly data: Uint8Array;
}

/** A named text of a PNG file. */
export interface PngText {
  readonly keyword: string;
  readonly text: string;
}

export const pngSignature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const signatureBytes = pngSignature.length;
const maxTextBytes = 16 * 2 ** 20; // of one text, unpacked

/** Walks over the chunks; ends silently where the file is cut off. */
export function* pngChunks(png: Uint8Array): Generator<PngChunk> {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  for (let at = signatureBytes; at + 12 <= png.length;) {
    const length = view.getUint32(at);
    if (at + 12 + length > png.length) return;
    const type = latin1(png.subarray(at + 4, at + 8));
    yield { type, data: png.subarray(at + 8, at + 8 + length) };
    at += 12 + length;
  }
}

/** How many pictures an animated PNG shows one after the other; 1 for every other PNG. */
export function pngFrames(png: Uint8Array): number {
  for (const { type, data } of pngChunks(png)) {
    if (type === 'acTL' && data.length >= 4) return new DataView(data.buffer, data.byteOffset).getUint32(0);
    if (type === 'IDAT') return 1; // pixels: what tells of an animation stands before them
  }
  return 1;
}

/** Puts chunks behind the header, before colours and pixels, where every kind we write may stand.
 * @returns the parts of the file in order */
export function withPngChunks(png: Uint8Array, chunks: readonly PngChunk[]): Uint8Array[] {
  const headerEnd = signatureBytes + 12 + 13;
  return [png.subarray(0, headerEnd), ...chunks.map(chunkBytes), png.subarray(headerEnd)];
}

/** A chunk as it stands in the file, with length and check sum. */
export function chunkBytes({ type, data }: PngChunk): Uint8Array {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), bytes.length - 4);
  return bytes;
}

/** A colour profile. */
export const profileChunk = (icc: Uint8Array): PngChunk => ({
  type: 'iCCP',
  data: Buffer.concat([Buffer.from('ICC Profile\0\0', 'latin1'), deflateSync(icc)]),
});

/** EXIF, a bare TIFF stream. */
export const exifChunk = (exif: Uint8Array): PngChunk => ({ type: 'eXIf', data: exif });

/** Pixels per inch, stored per metre. */
export function densityChunk(density: number): PngChunk {
  const data = Buffer.alloc(9);
  data.writeUInt32BE(Math.round(density / 0.0254));
  data.writeUInt32BE(Math.round(density / 0.0254), 4);
  data[8] = 1;
  return { type: 'pHYs', data };
}

/** A text: `tEXt` when Latin-1 can hold it, which every reader understands, else `iTXt`. */
export function textChunk({ keyword, text }: PngText): PngChunk {
  return isLatin1(text)
    ? { type: 'tEXt', data: Buffer.from(`${keyword}\0${text}`, 'latin1') }
    : utf8Chunk({ keyword, text });
}

/** A text in UTF-8, not compressed, without language. XMP must be in this form. */
export const utf8Chunk = ({ keyword, text }: PngText): PngChunk => ({
  type: 'iTXt',
  data: Buffer.concat([Buffer.from(`${keyword}\0\0\0\0\0`, 'latin1'), Buffer.from(text)]),
});

/** All texts of a file. Damaged ones, and ones that would unpack to more than 16 MB, are left out. */
export function readPngTexts(png: Uint8Array): PngText[] {
  return [...pngChunks(png)].flatMap((chunk) => {
    try {
      return readText(chunk) ?? [];
    } catch {
      return [];
    }
  });
}

function readText({ type, data }: PngChunk): PngText | undefined {
  const end = data.indexOf(0);
  if (end < 1) return undefined;
  const keyword = latin1(data.subarray(0, end));
  const rest = data.subarray(end + 1);
  if (type === 'tEXt') return { keyword, text: latin1(rest) };
  if (type === 'zTXt') return { keyword, text: latin1(unpack(rest.subarray(1))) };
  return type === 'iTXt' ? { keyword, text: internationalText(rest) } : undefined;
}

/** compression flag, method, language 0, translated keyword 0, text */
function internationalText(rest: Uint8Array): string {
  const languageEnd = rest.indexOf(0, 2);
  const start = rest.indexOf(0, languageEnd + 1) + 1;
  if (languageEnd < 0 || start < 1) throw new Error('an iTXt chunk without its separators');
  const text = rest.subarray(start);
  return new TextDecoder().decode(rest[0] === 1 ? unpack(text) : text);
}

const unpack = (packed: Uint8Array): Uint8Array => inflateSync(packed, { maxOutputLength: maxTextBytes });
const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
// no control characters: NUL ends such a text, and the others are not allowed in it
const isLatin1 = (text: string): boolean => !/[^\n\u0020-\u007e\u00a0-\u00ff]/.test(text);
