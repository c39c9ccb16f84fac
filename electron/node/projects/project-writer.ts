import type { FileHandle } from 'node:fs/promises';
import { maskInUse } from '#common/document/layer-commands.ts';
import { schemaVersion } from '#common/document/migrations.ts';
import { projectId } from '#common/document/records.ts';
import type { DocumentRecord, Image, Layer } from '#common/document/records.ts';
import { DocumentStore } from '#common/document/store.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { flattenDocument, layerPicture, profileOf } from '../images/flatten.ts';
import { thumbnailOf } from '../images/thumbnail.ts';
import type { LayerPictures } from './layer-pictures.ts';
import { blobFile, blobsOf, documentFile, mimeType, recipeBlobsOf } from './project-format.ts';
import type { SavedDocument } from './project-format.ts';
import { stackXml } from './stack-xml.ts';
import { ZipWriter } from './zip-writer.ts';

export interface ProjectSources {
  readonly blobs: BlobStore;
  readonly pictures: LayerPictures;
}

/** Writes a document as an OpenRaster file. Layers that did not change since they were last written are copied, not packed again.
 * @param options.hasHistory with our own folder, from which all comes back: versions, maps, masks, the file that was opened */
export async function writeProject(
  file: FileHandle,
  records: readonly DocumentRecord[],
  sources: ProjectSources,
  { hasHistory = true } = {},
): Promise<void> {
  const store = new DocumentStore(records);
  const profile = await profileOf(records, sources.blobs);
  const zip = new ZipWriter(file);
  await zip.add('mimetype', new TextEncoder().encode(mimeType)); // first and as it is: so the file is known
  const { canvas, layerOrder } = store.require(projectId);
  const layers = layerOrder.map((id, index) => ({ layer: store.require(id), src: `data/layer${index}.png` }));
  await zip.add('stack.xml', text(stackXml({ ...canvas, layers: layers.map((one) => stackLayer(one, canvas)) })));
  for (const { layer, src } of layers) {
    await zip.addFile(src, await layerFile(layer, store, sources, profile));
  }
  const merged = await mergedFile(store, sources, profile);
  await zip.addFile('mergedimage.png', merged);
  await zip.add('Thumbnails/thumbnail.png', await thumbnailOf(merged));
  if (hasHistory) await addHistory(zip, store, layers, sources.blobs);
  await zip.finish();
}

interface PlacedLayer {
  readonly layer: Layer;
  readonly src: string;
}

function stackLayer({ layer, src }: PlacedLayer, canvas: { x: number; y: number }) {
  const { name, offset, opacity, isVisible, isLocked, blend } = layer;
  const onCanvas = { x: offset.x - canvas.x, y: offset.y - canvas.y };
  return { name, src, offset: onCanvas, opacity, isVisible, isLocked, blend };
}

function layerFile(layer: Layer, store: DocumentStore, { blobs, pictures }: ProjectSources, profile?: Uint8Array) {
  const content = { ...contentOf(layer, store), profile: store.require(projectId).profile };
  return pictures.file(content, () => layerPicture(layer, store, blobs), profile);
}

function mergedFile(store: DocumentStore, { blobs, pictures }: ProjectSources, profile?: Uint8Array): Promise<string> {
  const { canvas, profile: profileId, layerOrder } = store.require(projectId);
  const layers = layerOrder.map((id) => store.require(id)).filter(({ isVisible }) => isVisible);
  const looks = layers.map((layer) => {
    const { opacity, blend, offset } = layer;
    return { opacity, blend, offset, ...contentOf(layer, store) };
  });
  const content = { canvas, profile: profileId, looks };
  return pictures.file(content, () => flattenDocument(store.all(), blobs), profile);
}

/** What decides the pixels of a layer. */
function contentOf(layer: Layer, store: DocumentStore) {
  const mask = maskInUse(layer);
  const pixelsOf = ({ extent, depth, channels, tiles }: Image) => ({ extent, depth, channels, tiles });
  return { image: pixelsOf(store.require(layer.image)), mask: mask && pixelsOf(store.require(mask)) };
}

async function addHistory(zip: ZipWriter, store: DocumentStore, layers: readonly PlacedLayer[], blobs: BlobStore) {
  const records = store.all();
  const pictures = picturesOf(store, layers);
  const saved: SavedDocument = { version: schemaVersion, records: withoutTiles(records, pictures), pictures };
  await zip.add(documentFile, text(JSON.stringify(saved)), { isPacked: true });
  const known = blobsOf(records, (image) => image in pictures);
  for (const id of known) await zip.add(blobFile(id), await blobs.get(id));
  const further = [...recipeBlobsOf(records)].filter((id) => !known.has(id));
  for (const id of further) if (await blobs.has(id)) await zip.add(blobFile(id), await blobs.get(id));
}

/** Images that need not be stored twice: those of layers that no mask hides are the layers' PNGs, and whatever shares their tiles. */
function picturesOf(store: DocumentStore, layers: readonly PlacedLayer[]): Record<string, string> {
  const key = ({ extent, tiles }: Image) => JSON.stringify([extent, tiles]);
  const plain = layers.filter(({ layer }) => !maskInUse(layer));
  const byTiles = new Map(plain.map(({ layer, src }) => [key(store.require(layer.image)), src]));
  const images = store.all().filter((record) => record.type === 'image');
  const found = images.flatMap((image) => {
    const src = image.channels === 4 ? byTiles.get(key(image)) : undefined;
    return src === undefined ? [] : [[image.id, src] as const];
  });
  return Object.fromEntries(found);
}

/** Tiles of images with a PNG are made anew when it is read. */
function withoutTiles(records: readonly DocumentRecord[], pictures: Readonly<Record<string, string>>): unknown[] {
  return records.map((record) =>
    record.type === 'image' && record.id in pictures ? { ...record, tiles: [] } : record,
  );
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
