import { once } from 'node:events';
import type { FileHandle } from 'node:fs/promises';
import { createDeflate } from 'node:zlib';
import type { Band, BandedPicture } from './flatten.ts';
import { pause } from './pause.ts';
import { chunkBytes, profileChunk, pngSignature } from './png-chunks.ts';

const rowsAtOnce = 16;
const left = 1; // filter: each byte minus the one a pixel before it

/** Writes a PNG of RGB and alpha, every sample as it is, while its pixels come: only some rows are in memory. It favours speed over size.
 * @param profile ICC profile of the samples; sRGB without one */
export async function writePng(file: FileHandle, picture: BandedPicture, profile?: Uint8Array): Promise<void> {
  const { width, height, depth, bands } = picture;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, 6, 0, 0, 0], 8); // RGB and alpha, not interlaced
  await file.writeFile(pngSignature);
  await file.writeFile(chunkBytes({ type: 'IHDR', data: header }));
  if (profile) await file.writeFile(chunkBytes(profileChunk(profile)));
  const deflate = createDeflate({ level: 1, chunkSize: 2 ** 18 });
  const packed = writeChunks(file, deflate);
  packed.catch(() => deflate.destroy());
  for await (const band of bands) {
    for (let row = 0; row < band.rows; row += rowsAtOnce) {
      const rows = filteredRows(band, row, Math.min(band.rows, row + rowsAtOnce), width);
      if (!deflate.write(rows)) await Promise.race([once(deflate, 'drain'), packed]);
      await pause();
    }
  }
  deflate.end();
  await packed;
  await file.writeFile(chunkBytes({ type: 'IEND', data: new Uint8Array() }));
}

async function writeChunks(file: FileHandle, packed: AsyncIterable<Buffer>): Promise<void> {
  for await (const data of packed) await file.writeFile(chunkBytes({ type: 'IDAT', data }));
}

/** Rows as PNG packs them: the number of the filter, then the filtered bytes, the high one of 16 bits first. */
function filteredRows({ samples }: Band, first: number, end: number, width: number): Uint8Array {
  const size = samples.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array((end - first) * (1 + width * 4 * size));
  let to = 0;
  for (let row = first; row < end; row++) {
    bytes[to++] = left;
    const start = row * width * 4;
    for (let i = start; i < start + width * 4; i++) {
      const value = samples[i]!;
      const before = i < start + 4 ? 0 : samples[i - 4]!;
      if (size === 2) bytes[to++] = (value >> 8) - (before >> 8);
      bytes[to++] = value - before;
    }
  }
  return bytes;
}
