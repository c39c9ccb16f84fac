import { promisify } from 'node:util';
import { constants, deflateRaw, inflateRawSync } from 'node:zlib';
import { decodeTile, sealTile, tileDifferences } from '#common/document/tile-codec.ts';
import type { Inflate, TilePixels } from '#common/document/tile-codec.ts';

const deflate = promisify(deflateRaw); // on another thread

/** The bytes of a tile. Photographs become smaller in half the time where only runs of one value are looked for, not repeats. */
export async function packTile(tile: TilePixels): Promise<Uint8Array<ArrayBuffer>> {
  return sealTile(tile, await deflate(tileDifferences(tile), { level: 1, strategy: constants.Z_RLE }));
}

/** In one piece: put together from the small ones of the default, it takes twice the time. */
const inflate: Inflate = (packed, length) =>
  inflateRawSync(packed, { maxOutputLength: length, chunkSize: Math.max(constants.Z_MIN_CHUNK, length + 1) });

/** The pixels of a tile. @throws AppError `tile-damaged` */
export const unpackTile = (bytes: Uint8Array): TilePixels => decodeTile(bytes, inflate);
