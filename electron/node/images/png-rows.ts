import { buffer } from 'node:stream/consumers';
import { constants, createDeflate } from 'node:zlib';
import type { Extent } from '#common/geometry.ts';
import { leftDifferences } from '#common/raster/left-differences.ts';
import type { Depth, Samples } from '#common/raster/raster.ts';
import { pause } from './pause.ts';
import { chunkBytes, pngSignature, profileChunk } from './png-chunks.ts';

// A PNG of RGB and alpha whose rows are packed in groups that do not know each other: the groups of one picture follow each other in its
// pixel data, and a group that did not change is used again as it is.

/** Rows as they lie in a PNG. */
export interface PackedRows {
  readonly chunk: Uint8Array; // IDAT, with length and check sum
  readonly adler: number; // Adler-32 of the rows before they were packed
  readonly bytes: number; // of them
}

const left = 1; // filter: each byte minus the one a pixel before it
const streamHead = Uint8Array.of(0x78, 0x01); // RFC 1950: deflate, packed fast
const emptyEnd = Uint8Array.of(0x03, 0x00); // RFC 1951: the last block, with nothing in it
const sumBytes = 4;

/** Packs rows, every sample as it is. Of photographs, counting how often each difference comes makes smaller files than looking for repeats, in half the time;
 * runs of one value are still found. @param samples RGB and alpha of whole rows */
export async function packRows(samples: Samples, width: number): Promise<PackedRows> {
  const rows = await filteredRows(samples, width);
  const deflate = createDeflate({ level: 1, strategy: constants.Z_RLE, chunkSize: 2 ** 20 });
  deflate.write(rows);
  // What comes before ends with a whole byte then, and can be followed by anything.
  deflate.flush(constants.Z_FULL_FLUSH, () => deflate.end());
  const stream = await buffer(deflate);
  const end = stream.length - sumBytes - emptyEnd.length;
  if (!stream.subarray(end, -sumBytes).equals(emptyEnd)) throw new Error('a deflate stream ended in an unknown way');
  const chunk = chunkBytes({ type: 'IDAT', data: stream.subarray(streamHead.length, end) });
  return { chunk, adler: stream.readUInt32BE(stream.length - sumBytes), bytes: rows.length };
}

/** What comes before the rows. @param profile ICC profile of the samples; sRGB without one */
export function pngHead({ width, height }: Extent, depth: Depth, profile?: Uint8Array): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, 6, 0, 0, 0], 8); // RGB and alpha, not interlaced
  return Buffer.concat([
    pngSignature,
    chunkBytes({ type: 'IHDR', data: header }),
    ...(profile ? [chunkBytes(profileChunk(profile))] : []),
    chunkBytes({ type: 'IDAT', data: streamHead }),
  ]);
}

/** What comes after the rows. @param adler of all of them */
export function pngEnd(adler: number): Uint8Array {
  const sum = Buffer.alloc(sumBytes);
  sum.writeUInt32BE(adler);
  return Buffer.concat([
    chunkBytes({ type: 'IDAT', data: Buffer.concat([emptyEnd, sum]) }),
    chunkBytes({ type: 'IEND', data: new Uint8Array() }),
  ]);
}

const adlerBase = 65521;

/** Adler-32 of nothing. */
export const noAdler = 1;

/** Adler-32 of bytes that are followed by others. */
export function joinedAdler(first: number, { adler, bytes }: Pick<PackedRows, 'adler' | 'bytes'>): number {
  const [a1, b1, a2, b2] = [first & 0xffff, first >>> 16, adler & 0xffff, adler >>> 16];
  const a = (a1 + a2 - 1 + adlerBase) % adlerBase;
  const b = (b1 + b2 + (bytes % adlerBase) * (a1 - 1 + adlerBase)) % adlerBase;
  return ((b << 16) | a) >>> 0;
}

const rowsAtOnce = 32;

/** Rows as PNG packs them: the number of the filter, then the filtered bytes, the high one of 16 bits first. */
async function filteredRows(samples: Samples, width: number): Promise<Uint8Array> {
  const count = samples.length / (width * 4);
  const rowBytes = width * 4 * samples.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(count * (1 + rowBytes));
  const scratch = new Uint8Array(rowBytes); // new memory for each row would cost more than the arithmetic
  for (let row = 0; row < count; row++) {
    const from = samples.subarray(row * width * 4, (row + 1) * width * 4);
    const to = row * (1 + rowBytes);
    bytes[to] = left;
    if (from instanceof Uint8Array) bytes.set(leftDifferences(from, width, scratch), to + 1);
    else wideDifferences(from, bytes.subarray(to + 1, to + 1 + rowBytes));
    if (row % rowsAtOnce === rowsAtOnce - 1) await pause();
  }
  return bytes;
}

/** The filter takes 16 bits for two bytes that do not know each other. @param row of the picture */
function wideDifferences(row: Uint16Array, to: Uint8Array): void {
  for (let i = 0; i < row.length; i++) {
    const value = row[i]!;
    const before = i < 4 ? 0 : row[i - 4]!;
    to[2 * i] = (value >> 8) - (before >> 8);
    to[2 * i + 1] = value - before;
  }
}
