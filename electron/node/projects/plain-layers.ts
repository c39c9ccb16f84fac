import { maxBlobBytes } from '#common/contract/blobs.ts';
import { AppError } from '#common/contract/errors.ts';
import { addLayer, setLayerLook } from '#common/document/layer-commands.ts';
import { projectId } from '#common/document/records.ts';
import { DocumentStore } from '#common/document/store.ts';
import type { Depth, Raster } from '#common/raster/raster.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { decodeImage } from '../images/decode.ts';
import { inDocumentColours } from '../images/document-colours.ts';
import { storeTiles } from '../images/picture-tiles.ts';
import type { ReadProject } from './project-format.ts';
import { readStackXml } from './stack-xml.ts';
import type { StackLayer } from './stack-xml.ts';
import { ZipProblem } from './zip-reader.ts';
import type { ZipReader } from './zip-reader.ts';

const maxStackBytes = 4 * 2 ** 20;
const maxPixels = 3_000_000_000; // of all layers together

/** The layers of an OpenRaster file of any program, as a document. @param notices what is to be said already */
export async function readPlainLayers(
  zip: ZipReader,
  name: string,
  blobs: BlobStore,
  notices: readonly string[],
): Promise<ReadProject> {
  const stack = readStackXml(new TextDecoder().decode(await zip.read('stack.xml', maxStackBytes)));
  const colours = await coloursOf(zip, stack.layers);
  const profile = colours.profile ? await blobs.put(colours.profile) : null;
  const { width, height } = stack;
  const store = new DocumentStore();
  const canvas = { x: 0, y: 0, width, height };
  store.put({
    id: projectId,
    type: 'project',
    name,
    canvas,
    depth: colours.depth,
    profile,
    source: null,
    opened: null,
    layerOrder: [],
  });
  let pixels = 0;
  for (const layer of stack.layers) {
    const raster = await inDocumentColours(await readLayer(zip, layer), colours);
    pixels += raster.width * raster.height;
    if (pixels > maxPixels) throw new ZipProblem('its layers together are too large');
    const { isVisible, isLocked, opacity, blend, offset } = layer;
    const extent = { width: raster.width, height: raster.height };
    const image = { extent, channels: 4, depth: colours.depth, tiles: await storeTiles(raster, blobs) } as const;
    const id = addLayer(store, { name: layer.name, image });
    setLayerLook(store, id, { isVisible, isLocked, opacity, blend, offset });
  }
  return { records: store.all(), notices: [...notices, ...stack.notices] };
}

async function readLayer(zip: ZipReader, { src, name }: StackLayer): Promise<Raster> {
  try {
    return (await decodeImage(await zip.read(src, maxBlobBytes))).raster;
  } catch (cause) {
    if (cause instanceof AppError && cause.code === 'image-too-large') throw cause;
    throw new ZipProblem(`the picture of the layer “${name}” cannot be read`, { cause });
  }
}

/** The depth and profile that lose the least: 16 bits if one layer has them, and the profile of the lowest that has one. */
async function coloursOf(
  zip: ZipReader,
  layers: readonly StackLayer[],
): Promise<{ depth: Depth; profile?: Uint8Array }> {
  let depth: Depth = 8;
  let profile: Uint8Array | undefined;
  for (const layer of layers) {
    const raster = await readLayer(zip, layer);
    if (raster.depth === 16) depth = 16;
    if (raster.channels > 2) profile ??= raster.profile;
  }
  return { depth, ...(profile && { profile }) };
}
