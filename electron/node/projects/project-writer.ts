import type { FileHandle } from 'node:fs/promises';
import { maskInUse } from '#common/document/layer-commands.ts';
import { schemaVersion } from '#common/document/migrations.ts';
import { projectId } from '#common/document/records.ts';
import type { DocumentRecord, Image, Layer } from '#common/document/records.ts';
import { DocumentStore } from '#common/document/store.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { flattenDocument, layerPicture, profileOf } from '../images/flatten.ts';
import type { BandedPicture } from '../images/flatten.ts';
import { joinParts } from '../images/join-parts.ts';
import { RecentTiles } from '../images/picture-tiles.ts';
import { joinedAdler, noAdler, pngEnd, pngHead } from '../images/png-rows.ts';
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

/** Writes a document as an OpenRaster file. Rows of tiles that did not change since they were last written are copied, not packed again.
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
  const recent = new RecentTiles(sources.blobs);
  const merged = flattenDocument(records, recent);
  const pictures = layers.map(({ layer, src }) => ({ src, picture: layerPicture(layer, store, recent) }));
  const packer = { cache: sources.pictures, profile };
  await packAll([...pictures.map(({ picture }) => picture), merged], packer);
  const sums = new Map<string, number>();
  for (const { src, picture } of pictures) sums.set(src, await addPng(zip, src, picture, packer));
  await addPng(zip, 'mergedimage.png', merged, packer);
  const thumbnail = async () => thumbnailOf(await joinParts(await collected(pngPieces(merged, packer))));
  await zip.add('Thumbnails/thumbnail.png', await sources.pictures.thumbnail(merged, thumbnail));
  if (hasHistory) await addHistory(zip, store, layers, sums, sources.blobs);
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

interface Packer {
  readonly cache: LayerPictures;
  readonly profile: Uint8Array | undefined;
}

const atOnce = 3; // packing happens on other threads, reading on this one

/** Sees to it that everything is packed, a row of tiles of all pictures at a time: the whole picture needs the same tiles as the layers. */
async function packAll(pictures: readonly BandedPicture[], { cache }: Packer): Promise<void> {
  const most = Math.max(...pictures.map(({ bands }) => bands.length));
  const all = Array.from({ length: most }, (_, index) =>
    pictures.flatMap(({ bands, width }) => (bands[index] ? [{ band: bands[index], width }] : [])),
  ).flat();
  let next = 0;
  const packNext = async (): Promise<void> => {
    while (next < all.length) {
      const { band, width } = all[next++]!;
      await cache.keep(band, width);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, packNext));
}

async function addPng(zip: ZipWriter, name: string, picture: BandedPicture, packer: Packer): Promise<number> {
  const { width, height, depth } = picture;
  const mostBytes = 1.01 * width * height * 4 * (depth / 8) + height * 64 + 2 ** 20; // noise cannot be packed
  return await zip.addPieces(name, pngPieces(picture, packer), Math.ceil(mostBytes) + (packer.profile?.length ?? 0));
}

/** The PNG of a picture, piece by piece. */
async function* pngPieces(picture: BandedPicture, { cache, profile }: Packer): AsyncGenerator<Uint8Array> {
  yield pngHead(picture, picture.depth, profile);
  let adler = noAdler;
  for (const band of picture.bands) {
    const packed = await cache.packed(band, picture.width);
    adler = joinedAdler(adler, packed);
    yield packed.chunk;
  }
  yield pngEnd(adler);
}

async function collected(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}

/** @param sums of the layers' PNGs */
async function addHistory(
  zip: ZipWriter,
  store: DocumentStore,
  layers: readonly PlacedLayer[],
  sums: ReadonlyMap<string, number>,
  blobs: BlobStore,
) {
  const records = store.all();
  const pictures = picturesOf(store, layers);
  const made = layers.map(({ layer, src }) => [src, { crc: sums.get(src)!, tiles: store.require(layer.image).tiles }]);
  const saved: SavedDocument = {
    ...{ version: schemaVersion, records: withoutTiles(records, pictures), pictures },
    made: Object.fromEntries(made.filter(([src]) => Object.values(pictures).includes(src as string))),
  };
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
