import { deflateSync, inflateSync } from 'fflate';
import { AppError } from '../contract/errors.ts';
import { fromLeftDifferences, leftDifferences } from '../raster/left-differences.ts';
import type { Samples } from '../raster/raster.ts';
import { tileSize } from './tiles.ts';

// The bytes of a tile's blob: `T1`, channels, depth, width and height (2 bytes each, little-endian), then raw deflate of the samples.
// Each sample is stored as its difference to the one before it in its row and channel; all low bytes come first, then, for 16 bits, all
// high bytes. Both make photos a third smaller.

/** The pixels of one tile. */
export interface TilePixels {
  readonly width: number; // 1 to 256
  readonly height: number;
  readonly channels: 1 | 4;
  readonly depth: 8 | 16;
  readonly data: Samples; // width · height · channels, interleaved, rows first
}

export const tileHeaderBytes = 8;
const fastest = { level: 1 } as const;

/** A tile as bytes. Equal pixels give equal bytes, as long as the same program makes them. */
export const encodeTile = (tile: TilePixels): Uint8Array => sealTile(tile, deflateSync(tileDifferences(tile), fastest));

/** The same in two steps, for hosts with a faster deflate: these bytes, deflated, go to `sealTile`. */
export function tileDifferences({ width, height, channels, depth, data }: TilePixels): Uint8Array<ArrayBuffer> {
  if (channels === 4 && data instanceof Uint8Array) return leftDifferences(data, width);
  const count = width * height * channels;
  const bytes = new Uint8Array((count * depth) / 8);
  for (let row = 0; row < count; row += width * channels) {
    for (let i = row; i < row + width * channels; i++) {
      const difference = data[i]! - (i < row + channels ? 0 : data[i - channels]!);
      bytes[i] = difference;
      if (depth === 16) bytes[count + i] = difference >> 8;
    }
  }
  return bytes;
}

/** Header and deflated differences together. */
export function sealTile(
  { width, height, channels, depth }: TilePixels,
  deflated: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(tileHeaderBytes + deflated.length);
  bytes.set([0x54, 0x31, channels, depth, width & 0xff, width >> 8, height & 0xff, height >> 8]);
  bytes.set(deflated, tileHeaderBytes);
  return bytes;
}

/** Unpacks raw deflate, of `length` bytes if it is whole, into memory of its own. Never makes many more; throws, or gives another length, when it is not. */
export type Inflate = (packed: Uint8Array, length: number) => Uint8Array;

/** One byte of room more than wanted shows that there was too much. */
const inflateHere: Inflate = (packed, length) => inflateSync(packed, { out: new Uint8Array(length + 1) });

/** Reads the bytes of a tile. @throws AppError `tile-damaged` */
export function decodeTile(bytes: Uint8Array, inflate = inflateHere): TilePixels {
  const header = readHeader(bytes);
  const { width, height, channels, depth } = header;
  const count = width * height * channels;
  const differences = inflated(bytes.subarray(tileHeaderBytes), (count * depth) / 8, inflate);
  if (channels === 4 && depth === 8) return { ...header, data: fromLeftDifferences(differences, width) };
  const data = depth === 8 ? new Uint8Array(count) : new Uint16Array(count);
  for (let row = 0; row < count; row += width * channels) {
    for (let i = row; i < row + width * channels; i++) {
      const difference = depth === 8 ? differences[i]! : differences[i]! | (differences[count + i]! << 8);
      data[i] = difference + (i < row + channels ? 0 : data[i - channels]!);
    }
  }
  return { ...header, data };
}

function readHeader(bytes: Uint8Array): Omit<TilePixels, 'data'> {
  const [t, one, channels, depth, w0 = 0, w1 = 0, h0 = 0, h1 = 0] = bytes;
  const [width, height] = [w0 | (w1 << 8), h0 | (h1 << 8)];
  const isTile = t === 0x54 && one === 0x31 && bytes.length > tileHeaderBytes;
  const isKnown = (channels === 1 || channels === 4) && (depth === 8 || depth === 16);
  const isSmall = width >= 1 && width <= tileSize && height >= 1 && height <= tileSize;
  if (!isTile || !isKnown || !isSmall) throw new AppError('tile-damaged', { reason: 'its header is no tile’s' });
  return { width, height, channels, depth };
}

function inflated(packed: Uint8Array, length: number, inflate: Inflate): Uint8Array {
  try {
    const bytes = inflate(packed, length);
    if (bytes.length === length) return bytes;
  } catch (cause) {
    throw new AppError('tile-damaged', { reason: 'its pixels cannot be unpacked' }, { cause });
  }
  throw new AppError('tile-damaged', { reason: 'its pixels are too few or too many' });
}

/** Whether all samples are 0: such a tile is stored as `null`. */
export const isBlankTile = ({ data }: Pick<TilePixels, 'data'>): boolean => data.every((sample) => sample === 0);

/** Cuts a tile out of samples that lie row by row. @param from of a picture `stride` pixels wide */
export function cutTile(
  from: Pick<TilePixels, 'channels' | 'depth' | 'data'> & { readonly stride: number },
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
): TilePixels {
  const { channels, depth, stride } = from;
  const count = width * height * channels;
  const data = depth === 8 ? new Uint8Array(count) : new Uint16Array(count);
  for (let row = 0; row < height; row++) {
    const start = ((y + row) * stride + x) * channels;
    data.set(from.data.subarray(start, start + width * channels), row * width * channels);
  }
  return { width, height, channels, depth, data };
}
