import type { Layer as PsdLayer, PixelData, Psd } from 'ag-psd';
import { AppError } from '#common/contract/errors.ts';
import { onCanvas } from '#common/document/layered-picture.ts';
import { projectId } from '#common/document/records.ts';
import type { DocumentRecord, Layer } from '#common/document/records.ts';
import { DocumentStore } from '#common/document/store.ts';
import type { Extent } from '#common/geometry.ts';
import { maxSample } from '#common/raster/raster.ts';
import type { Raster } from '#common/raster/raster.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { inDocumentColours } from '../images/document-colours.ts';
import type { EncodeOptions, Encoded } from '../images/encode.ts';
import { flattenDocument, layerPicture, maskStrengths, profileOf, wholeRaster } from '../images/flatten.ts';
import type { BandedPicture } from '../images/flatten.ts';
import { currentXmp } from '../images/xmp.ts';

const maxSide = 30_000; // of a PSD file
const maxBytes = 2 ** 31; // of all pixels: the file is put together in memory

/** A document with its layers as a Photoshop file: 8 bits, sRGB, with blend modes, opacities, masks and locks, and the picture as it is
 * seen for programs that read no layers.
 * @param options XMP and the recipe are written; PSD files of ours hold no EXIF and IPTC records
 * @throws AppError `unsupported-size` */
export async function exportPsd(
  records: readonly DocumentRecord[],
  { metadata, recipe, keepGps = true }: Pick<EncodeOptions, 'metadata' | 'recipe' | 'keepGps'>,
  blobs: BlobStore,
): Promise<Encoded> {
  const store = new DocumentStore(records);
  const { canvas, depth, layerOrder } = store.require(projectId);
  const layers = layerOrder.map((id) => store.require(id));
  requireFits(canvas, layers, store);
  const profile = await profileOf(records, blobs);
  const pixels = (picture: BandedPicture) => pixelData(picture, profile);
  const xmp = currentXmp(metadata?.xmp, { recipe, keepGps });
  const children: PsdLayer[] = [];
  for (const layer of layers) children.push(await psdLayer(layer, store, blobs, pixels));
  const psd: Psd = {
    ...{ width: canvas.width, height: canvas.height, children },
    imageData: await pixels(flattenDocument(records, blobs)),
    ...(xmp && { imageResources: { xmpMetadata: new TextDecoder().decode(xmp) } }),
  };
  const { writePsdUint8Array } = await import('ag-psd'); // large, and few people need it
  return { parts: [writePsdUint8Array(psd, { noBackground: true })], notices: noticesOf(depth, profile, metadata) };
}

function noticesOf(depth: number, profile: Uint8Array | undefined, metadata: EncodeOptions['metadata']): string[] {
  return [
    ...(depth === 16 ? ['The Photoshop file has 8 of the 16 bits.'] : []),
    ...(profile ? ['Colours were converted to sRGB for the Photoshop file.'] : []),
    ...(metadata?.exif || metadata?.iptc ? ['The Photoshop file has the XMP metadata only, not EXIF and IPTC.'] : []),
  ];
}

function requireFits({ width, height }: Extent, layers: readonly Layer[], store: DocumentStore): void {
  const bytes = layers.reduce((sum, { image }) => sum + bytesOf(store.require(image).extent), width * height * 4);
  if (Math.max(width, height) > maxSide) {
    throw new AppError('unsupported-size', { width, height, allowed: `PSD holds at most ${maxSide} pixels on a side` });
  }
  if (bytes > maxBytes) {
    const allowed = 'its layers are too large together for PSD; merge some, or export OpenRaster';
    throw new AppError('unsupported-size', { width, height, allowed });
  }
}

const bytesOf = ({ width, height }: Extent): number => width * height * 4;

async function psdLayer(
  layer: Layer,
  store: DocumentStore,
  blobs: BlobStore,
  pixels: (picture: BandedPicture) => Promise<PixelData>,
): Promise<PsdLayer> {
  const { name, isVisible, isLocked, opacity, blend, image, offset } = layer;
  const { x: left, y: top } = onCanvas(offset, store.require(projectId).canvas);
  return {
    ...{ name, left, top, opacity, hidden: !isVisible },
    blendMode: blend.replace('-', ' ') as NonNullable<PsdLayer['blendMode']>, // CSS and Photoshop differ in nothing else
    ...(isLocked && { protected: { transparency: true, composite: true, position: true } }),
    imageData: await pixels(layerPicture({ image, mask: null, isMaskOn: false }, store, blobs)),
    ...(layer.mask && {
      mask: { ...(await psdMask(layer.mask, { left, top }, store, blobs)), disabled: !layer.isMaskOn },
    }),
  };
}

async function psdMask(
  id: NonNullable<Layer['mask']>,
  { left, top }: { left: number; top: number },
  store: DocumentStore,
  blobs: BlobStore,
): Promise<NonNullable<PsdLayer['mask']>> {
  const mask = store.require(id);
  const { width, height } = mask.extent;
  const data = new Uint8ClampedArray(width * height * 4); // of which the first channel is read
  const strengths = await maskStrengths(mask, blobs);
  strengths.forEach((strength, pixel) => (data[pixel * 4] = strength));
  return { left, top, right: left + width, bottom: top + height, defaultColor: 0, imageData: { width, height, data } };
}

/** RGB and alpha of 8 bits, in sRGB. */
async function pixelData(picture: BandedPicture, profile: Uint8Array | undefined): Promise<PixelData> {
  const { width, height, channels, data } = await inDocumentColours(await wholeRaster(picture, profile), { depth: 8 });
  return { width, height, data: channels === 4 ? new Uint8ClampedArray(data) : opaque(data) };
}

function opaque(rgb: Raster['data']): Uint8ClampedArray {
  const data = new Uint8ClampedArray((rgb.length / 3) * 4).fill(maxSample(8));
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    data[to] = rgb[from]!;
    data[to + 1] = rgb[from + 1]!;
    data[to + 2] = rgb[from + 2]!;
  }
  return data;
}
