import type { FileHandle } from 'node:fs/promises';
import type { Extent, Point } from '#common/geometry.ts';
import type { BlendMode } from '#common/raster/blend.ts';
import { maxSample } from '#common/raster/raster.ts';
import type { Depth, Samples } from '#common/raster/raster.ts';
import type { BandedPicture } from './flatten.ts';
import { pause } from './pause.ts';
import { DifferencesChannel, PackBitsChannel, packedTogether, planeOf } from './psd-channels.ts';
import type { ChannelPacker } from './psd-channels.ts';
import { bytes, int32, joined, padded, uint16, uint32, unicode } from './psd-fields.ts';

// "Adobe Photoshop File Formats Specification": header, colour mode data, image resources, layers, the whole picture. Lengths stand before
// what they count, so layers are written first, behind a gap for their records, and the beginning of the file last.

/** A layer as Photoshop files have it. */
export interface PsdLayer {
  readonly name: string;
  readonly offset: Point; // on the canvas
  readonly picture: BandedPicture;
  readonly mask?: PsdMask;
  readonly opacity: number; // 0 to 1
  readonly blend: BlendMode;
  readonly isVisible: boolean;
  readonly isLocked: boolean;
}

/** As large as the picture of its layer. */
interface PsdMask {
  readonly isOn: boolean;
  read(): Promise<Samples>; // strengths of 8 bits
}

/** A block of data about the picture. */
export interface PsdResource {
  readonly id: number;
  readonly data: Uint8Array;
}

export interface PsdDocument extends Extent {
  readonly depth: Depth;
  readonly layers: readonly PsdLayer[]; // from the bottom up
  readonly merged: BandedPicture;
  readonly resources: readonly PsdResource[];
}

/** Writes a Photoshop file, every sample as it is. Of the pixels only some rows, and what of a layer is packed, are in memory.
 * @param file open for writing, empty */
export async function writePsd(file: FileHandle, document: PsdDocument): Promise<void> {
  const resources = resourceBlock(document.resources);
  const gap = layerSection(document, { lengths: document.layers.map(noLengths), bytes: 0, isSeeThrough: false });
  const dataAt = headerBytes + resources.length + gap.before.length;
  let end = dataAt;
  const write = async (parts: readonly Uint8Array[]): Promise<number> => {
    const before = end;
    for (const part of parts) {
      await writeAt(file, end, part);
      end += part.length;
    }
    return end - before;
  };
  const lengths: number[][] = [];
  for (const layer of document.layers) {
    const own: number[] = [];
    for (const parts of await packedLayer(layer, document.depth)) own.push(await write(parts));
    lengths.push(own);
  }
  const written = { lengths, bytes: end - dataAt };
  await write([layerSection(document, { ...written, isSeeThrough: false }).after]);
  const { isSeeThrough } = await writeWhole(file, end, document.merged);
  const { before } = layerSection(document, { ...written, isSeeThrough });
  await writeAt(file, 0, joined([header(document, isSeeThrough), resources, before]));
}

const noLengths = ({ mask }: PsdLayer): number[] => new Array<number>(mask ? 5 : 4).fill(0);

/** A disk that is nearly full takes a part, and fails at the next. */
async function writeAt(file: FileHandle, at: number, data: Uint8Array): Promise<void> {
  for (let done = 0; done < data.length;) {
    done += (await file.write(data, done, data.length - done, at + done)).bytesWritten;
  }
}

const headerBytes = 26 + 4; // with the length of the colour mode data, of which RGB has none

const header = ({ width, height, depth }: PsdDocument, isSeeThrough: boolean): Uint8Array =>
  joined([
    bytes('8BPS'),
    uint16(1),
    new Uint8Array(6),
    uint16(isSeeThrough ? 4 : 3),
    ...[uint32(height), uint32(width), uint16(depth), uint16(3), uint32(0)], // 3: RGB
  ]);

function resourceBlock(resources: readonly PsdResource[]): Uint8Array {
  const all = resources.flatMap(({ id, data }) => [
    ...[bytes('8BIM'), uint16(id), uint16(0), uint32(data.length), data, padded(data.length, 2)],
  ]);
  const block = joined(all);
  return joined([uint32(block.length), block]);
}

interface LayerData {
  readonly lengths: readonly (readonly number[])[]; // of each channel of each layer
  readonly bytes: number; // of all of them
  readonly isSeeThrough: boolean; // what is seen of them
}

/** Everything of the layers before and after their pixels. Layers of 16 bits stand in a block of their own behind an empty list. */
function layerSection({ layers, depth }: PsdDocument, data: LayerData): { before: Uint8Array; after: Uint8Array } {
  if (layers.length === 0) return { before: uint32(0), after: new Uint8Array() };
  const count = data.isSeeThrough ? 0x1_0000 - layers.length : layers.length; // negative: the whole has an alpha
  const records = joined([uint16(count), ...layers.map((layer, index) => record(layer, data.lengths[index]!))]);
  const padding = padded(records.length + data.bytes, 4);
  const length = records.length + data.bytes + padding.length;
  if (depth === 16) {
    const head = [uint32(4 + 4 + 12 + length), uint32(0), uint32(0), bytes('8BIMLr16'), uint32(length)];
    return { before: joined([...head, records]), after: padding };
  }
  return {
    before: joined([uint32(4 + length + 4), uint32(length), records]),
    after: joined([padding, uint32(0)]), // no mask of all layers
  };
}

const channelIds = [-1, 0, 1, 2, -2]; // alpha, red, green, blue, mask

function record({ name, offset, picture, mask, ...look }: PsdLayer, lengths: readonly number[]): Uint8Array {
  const { width, height } = picture;
  const place = [offset.y, offset.x, offset.y + height, offset.x + width].map(int32);
  const channels = lengths.flatMap((length, index) => [uint16(channelIds[index]! & 0xffff), uint32(length)]);
  const flags = 8 | (look.isLocked ? 1 : 0) | (look.isVisible ? 0 : 2);
  const extra = joined([
    ...(mask ? [uint32(20), ...place, Uint8Array.of(0, mask.isOn ? 0 : 2, 0, 0)] : [uint32(0)]), // hidden beyond it
    uint32(0), // no blending ranges
    shortName(name),
    ...block('luni', unicode(name)),
    ...(look.isLocked ? block('lspf', uint32(7)) : []), // transparency, pixels, place
  ]);
  return joined([
    ...[...place, uint16(lengths.length), ...channels, bytes('8BIM'), bytes(blendKeys[look.blend])],
    ...[Uint8Array.of(Math.round(look.opacity * 255), 0, flags, 0), uint32(extra.length), extra],
  ]);
}

const block = (key: string, data: Uint8Array): Uint8Array[] => [
  ...[bytes('8BIM'), bytes(key), uint32(data.length + padded(data.length, 4).length), data, padded(data.length, 4)],
];

/** For readers from before Unicode: a length, letters of ASCII, filled up to whole fours. */
function shortName(name: string): Uint8Array {
  const ascii = bytes(name.replace(/[^ -~]/g, '?').slice(0, 255));
  return joined([Uint8Array.of(ascii.length), ascii, padded(ascii.length + 1, 4)]);
}

const blendKeys: Readonly<Record<BlendMode, string>> = {
  normal: 'norm',
  multiply: 'mul ',
  screen: 'scrn',
  overlay: 'over',
  darken: 'dark',
  lighten: 'lite',
  'color-dodge': 'div ',
  'color-burn': 'idiv',
  'hard-light': 'hLit',
  'soft-light': 'sLit',
  difference: 'diff',
  hue: 'hue ',
  saturation: 'sat ',
  color: 'colr',
  luminosity: 'lum ',
};

/** The channels of a layer in the order of `channelIds`. */
async function packedLayer({ picture, mask }: PsdLayer, depth: Depth): Promise<Uint8Array[][]> {
  const packer = (): ChannelPacker => (depth === 8 ? new PackBitsChannel() : new DifferencesChannel());
  const channels = [3, 0, 1, 2].map((channel) => ({ channel, packer: packer() }));
  for (const band of picture.bands) {
    const samples = await band.read();
    for (const one of channels) {
      await one.packer.add(samples, picture.width, one.channel, 4);
      await pause();
    }
  }
  const all = channels.map(({ packer: done }) => done);
  if (mask) all.push(await packedMask(mask, picture.width, depth, packer()));
  return await Promise.all(all.map((done) => done.finish()));
}

/** Masks have the depth of the document there. */
async function packedMask(mask: PsdMask, width: number, depth: Depth, packer: ChannelPacker): Promise<ChannelPacker> {
  const strengths = await mask.read();
  await packer.add(depth === 8 ? strengths : Uint16Array.from(strengths, (value) => value * 257), width, 0, 1);
  return packer;
}

/** The picture as it is seen, with an alpha where it needs one: in 8 bits packed, in 16, where that gains nothing, as it is. */
async function writeWhole(file: FileHandle, at: number, { bands, width, height, depth }: BandedPicture) {
  const packed = depth === 8 ? [0, 1, 2, 3].map(() => new PackBitsChannel()) : undefined;
  const planeBytes = width * height * 2;
  let [isSeeThrough, done] = [false, 0];
  for (const band of bands) {
    const samples = await band.read();
    isSeeThrough = putOnWhite(samples) || isSeeThrough;
    for (const channel of [0, 1, 2, 3]) {
      if (packed) await packed[channel]!.add(samples, width, channel, 4);
      else await writeAt(file, at + 2 + channel * planeBytes + done, planeOf(samples, channel, 4));
      await pause();
    }
    done += band.rows * width * 2;
  }
  const count = isSeeThrough ? 4 : 3;
  if (packed) await writeAt(file, at, joined(packedTogether(packed.slice(0, count))));
  else {
    await writeAt(file, at, uint16(0));
    await file.truncate(at + 2 + count * planeBytes);
  }
  return { isSeeThrough };
}

/** Colours of the whole picture lie on white in such files, whatever their alpha says. @returns whether any is not opaque */
function putOnWhite(samples: Samples): boolean {
  const most = maxSample(samples.BYTES_PER_ELEMENT === 1 ? 8 : 16);
  let isSeeThrough = false;
  for (let i = 0; i < samples.length; i += 4) {
    const alpha = samples[i + 3]!;
    if (alpha === most) continue;
    isSeeThrough = true;
    for (let c = i; c < i + 3; c++) samples[c] = Math.round(most + ((samples[c]! - most) * alpha) / most);
  }
  return isSeeThrough;
}
