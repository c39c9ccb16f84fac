import type { FileHandle } from 'node:fs/promises';
import { AppError } from '#common/contract/errors.ts';
import { onCanvas } from '#common/document/layered-picture.ts';
import { projectId } from '#common/document/records.ts';
import type { DocumentRecord, Layer, Project } from '#common/document/records.ts';
import { DocumentStore } from '#common/document/store.ts';
import type { Extent } from '#common/geometry.ts';
import { metadataBlocks } from '../images/encode.ts';
import type { EncodeOptions } from '../images/encode.ts';
import { flattenDocument, layerPicture, maskStrengths, profileOf } from '../images/flatten.ts';
import type { MetadataBlocks } from '../images/metadata.ts';
import { RecentTiles } from '../images/picture-tiles.ts';
import type { TileBlobs } from '../images/picture-tiles.ts';
import { joined, uint16, uint32, unicode } from '../images/psd-fields.ts';
import { writePsd } from '../images/psd-file.ts';
import type { PsdLayer, PsdResource } from '../images/psd-file.ts';
import { srgbProfile } from '../images/to-srgb.ts';

const maxSide = 30_000; // of a PSD file
const maxBytes = 2e9; // of all pixels before they are packed: the file may have 2 GiB, and noise cannot be packed

/** Writes a document with its layers as a Photoshop file: in its own depth and colours, with blend modes, opacities, masks and locks, the
 * metadata of the picture that was opened, and the picture as it is seen for programs that read no layers.
 * @param file open for writing, empty @throws AppError `unsupported-size` */
export async function exportPsd(
  file: FileHandle,
  records: readonly DocumentRecord[],
  options: Pick<EncodeOptions, 'metadata' | 'recipe' | 'keepGps'>,
  blobs: Pick<TileBlobs, 'get'>,
): Promise<void> {
  const store = new DocumentStore(records);
  const { canvas, depth, layerOrder } = store.require(projectId);
  const layers = layerOrder.map((id) => store.require(id));
  requireFits(canvas, layers, store);
  const recent = new RecentTiles(blobs);
  const profile = (await profileOf(records, blobs)) ?? (await srgbProfile());
  const { width, height } = canvas;
  await writePsd(file, {
    ...{ width, height, depth },
    layers: layers.map((layer) => psdLayer(layer, store, recent)),
    merged: flattenDocument(records, recent),
    resources: resourcesOf(metadataBlocks({ width, height, profile }, options), options.metadata?.density),
  });
}

/** Data about the picture, by the numbers that Photoshop gave it. */
function resourcesOf({ icc, exif, iptc, xmp }: MetadataBlocks, density: number | undefined): PsdResource[] {
  return [
    ...(density === undefined ? [] : [{ id: 1005, data: resolution(density) }]),
    ...(iptc ? [{ id: 1028, data: iptc }] : []),
    ...(icc ? [{ id: 1039, data: icc }] : []),
    { id: 1057, data: madeBy },
    ...(exif ? [{ id: 1058, data: exif }] : []),
    ...(xmp ? [{ id: 1060, data: xmp }] : []),
  ];
}

/** Pixels per inch, in 1/65536, shown as inches; once across, once down. */
function resolution(density: number): Uint8Array {
  const one = [uint32(Math.round(density * 65_536)), uint16(1), uint16(1)];
  return joined([...one, ...one]);
}

/** The whole picture is in the file, and who wrote it. */
const madeBy = joined([uint32(1), Uint8Array.of(1), unicode('EditAR Studio'), unicode('EditAR Studio'), uint32(1)]);

function requireFits({ width, height }: Extent, layers: readonly Layer[], store: DocumentStore): void {
  if (Math.max(width, height) > maxSide) {
    throw new AppError('unsupported-size', { width, height, allowed: `PSD holds at most ${maxSide} pixels on a side` });
  }
  const { depth } = store.require(projectId);
  const extents = [{ width, height }, ...layers.map(({ image }) => store.require(image).extent)];
  const bytes = extents.reduce((sum, extent) => sum + (extent.width * extent.height * 4 * depth) / 8, 0);
  if (bytes > maxBytes) {
    const allowed = 'its layers are too large together for PSD; merge some, or export OpenRaster';
    throw new AppError('unsupported-size', { width, height, allowed });
  }
}

function psdLayer(layer: Layer, store: DocumentStore, blobs: RecentTiles): PsdLayer {
  const { name, isVisible, isLocked, isMaskOn, opacity, blend, image, offset } = layer;
  const { canvas }: Project = store.require(projectId);
  const mask = layer.mask && store.require(layer.mask);
  return {
    ...{ name, isVisible, isLocked, opacity, blend },
    offset: onCanvas(offset, canvas),
    picture: layerPicture({ image, mask: null, isMaskOn: false }, store, blobs),
    ...(mask && { mask: { isOn: isMaskOn, read: () => maskStrengths(mask, blobs) } }),
  };
}
