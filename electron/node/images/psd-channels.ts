import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { createDeflate } from 'node:zlib';
import type { Samples } from '#common/raster/raster.ts';

// How Photoshop files pack the samples of one channel: in 8 bits as PackBits, which every reader knows, in 16 bits as deflated differences,
// which is how Photoshop itself writes them.

/** The rows of one channel. */
export interface ChannelPacker {
  /** @param samples rows of pixels of `step` channels each, of which the one at `channel` is taken */
  add(samples: Samples, width: number, channel: number, step: number): Promise<void>;
  /** @returns the number of the form, then the samples */
  finish(): Promise<Uint8Array[]>;
}

const forms = { packBits: 1, deflatedDifferences: 3 } as const;

const uint16s = (...values: readonly number[]): Uint8Array => {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => bytes.writeUInt16BE(value, index * 2));
  return bytes;
};

/** PackBits, row by row, of 8 bits. */
export class PackBitsChannel implements ChannelPacker {
  readonly #lengths: number[] = []; // of rows
  readonly #rows: Uint8Array[] = [];

  add(samples: Samples, width: number, channel: number, step: number): Promise<void> {
    const rowBytes = width * samples.BYTES_PER_ELEMENT;
    const plane = planeOf(samples, channel, step);
    const packed = new Uint8Array(plane.length + Math.ceil(rowBytes / 128) * (plane.length / rowBytes));
    let end = 0;
    for (let row = 0; row < plane.length; row += rowBytes) {
      const start = end;
      end = packBits(plane.subarray(row, row + rowBytes), packed, end);
      this.#lengths.push(end - start);
    }
    this.#rows.push(packed.slice(0, end));
    return Promise.resolve();
  }

  finish(): Promise<Uint8Array[]> {
    return Promise.resolve([uint16s(forms.packBits), ...this.parts().flat()]);
  }

  /** The lengths of all rows, and the rows: the whole picture has those of all channels first. */
  parts(): [lengths: Uint8Array[], rows: Uint8Array[]] {
    return [[uint16s(...this.#lengths)], this.#rows];
  }
}

/** The form of the whole picture: all lengths, then all rows. */
export const packedTogether = (channels: readonly PackBitsChannel[]): Uint8Array[] => {
  const parts = channels.map((channel) => channel.parts());
  return [uint16s(forms.packBits), ...parts.flatMap(([lengths]) => lengths), ...parts.flatMap(([, rows]) => rows)];
};

/** Differences of samples of 16 bits to the one before in their row, deflated. */
export class DifferencesChannel implements ChannelPacker {
  readonly #deflate = createDeflate({ level: 1 });
  readonly #packed = buffer(this.#deflate);

  async add(samples: Samples, width: number, channel: number, step: number): Promise<void> {
    const bytes = Buffer.alloc((samples.length / step) * 2);
    for (let i = channel, at = 0; i < samples.length; i += step, at += 2) {
      const isFirst = (at / 2) % width === 0;
      bytes.writeUInt16BE((samples[i]! - (isFirst ? 0 : samples[i - step]!)) & 0xffff, at);
    }
    if (!this.#deflate.write(bytes)) await once(this.#deflate, 'drain');
  }

  async finish(): Promise<Uint8Array[]> {
    this.#deflate.end();
    return [uint16s(forms.deflatedDifferences), await this.#packed];
  }
}

/** One channel by itself, the high byte of 16 bits first. */
export function planeOf(samples: Samples, channel: number, step: number): Uint8Array {
  const count = samples.length / step;
  if (samples instanceof Uint8Array) {
    const plane = new Uint8Array(count);
    for (let i = channel, at = 0; at < count; i += step, at++) plane[at] = samples[i]!;
    return plane;
  }
  const plane = new Uint8Array(count * 2);
  for (let i = channel, at = 0; at < plane.length; i += step, at += 2) {
    plane[at] = samples[i]! >> 8;
    plane[at + 1] = samples[i]!;
  }
  return plane;
}

const longest = 128; // run, or stretch without one

/** Apple's PackBits: a run as its negative length less one and the byte, anything else as its length less one and the bytes.
 * @returns where it ends */
function packBits(row: Uint8Array, into: Uint8Array, at: number): number {
  for (let i = 0; i < row.length;) {
    const run = runAt(row, i);
    if (run >= 3) {
      into[at++] = 257 - run;
      into[at++] = row[i]!;
      i += run;
      continue;
    }
    const start = i;
    const end = Math.min(row.length, start + longest);
    while (i < end && !(row[i] === row[i + 1] && row[i] === row[i + 2])) i++;
    into[at++] = i - start - 1;
    into.set(row.subarray(start, i), at);
    at += i - start;
  }
  return at;
}

function runAt(row: Uint8Array, start: number): number {
  const end = Math.min(row.length, start + longest);
  let i = start + 1;
  while (i < end && row[i] === row[start]) i++;
  return i - start;
}
