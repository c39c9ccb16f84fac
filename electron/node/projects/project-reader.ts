import { open } from 'node:fs/promises';
import { maxBlobBytes } from '#common/contract/blobs.ts';
import type { BlobId } from '#common/contract/blobs.ts';
import { AppError } from '#common/contract/errors.ts';
import { documentProblem } from '#common/document/integrity.ts';
import { migrate } from '#common/document/migrations.ts';
import { zDocumentRecord } from '#common/document/records.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { decodeImage } from '../images/decode.ts';
import { storeTiles } from '../images/picture-tiles.ts';
import { readFailure, requireFile } from '../images/read-image-file.ts';
import { readPlainLayers } from './plain-layers.ts';
import { blobFile, blobsOf, documentFile, mimeType, recipeBlobsOf, zSavedDocument } from './project-format.ts';
import type { ReadProject, SavedDocument } from './project-format.ts';
import { ZipProblem, ZipReader } from './zip-reader.ts';

const maxTextBytes = 256 * 2 ** 20; // of the records, unpacked

/** Whether a file begins as OpenRaster files do. */
export function isProject(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 100)).toString('latin1');
  return head.startsWith('PK\x03\x04') && head.slice(30).startsWith(`mimetype${mimeType}`);
}

/** The same of a file on the disk. @throws AppError `image-unreadable` */
export async function isProjectFile(path: string): Promise<boolean> {
  try {
    await requireFile(path);
    await using file = await open(path, 'r');
    const head = Buffer.alloc(100);
    await file.read(head, 0, head.length, 0);
    return isProject(head);
  } catch (cause) {
    throw readFailure(path, cause);
  }
}

const maxThumbnailBytes = 2 ** 20;

/** The small picture in an OpenRaster file, as a PNG; undefined where there is none. @throws ZipProblem for a damaged file */
export async function projectThumbnail(path: string): Promise<Uint8Array | undefined> {
  await using file = await open(path, 'r');
  const zip = await ZipReader.open(file);
  const name = 'Thumbnails/thumbnail.png';
  return zip.has(name) ? await zip.read(name, maxThumbnailBytes) : undefined;
}

/** Reads an OpenRaster file. With our own folder everything comes back; without it, as after another program saved the file, its layers.
 * @param path file @param name as the person knows it
 * @throws AppError `project-unreadable`, `project-too-new`, `image-too-large` */
export async function readProject(path: string, name: string, blobs: BlobStore): Promise<ReadProject> {
  try {
    await using file = await open(path, 'r');
    const zip = await ZipReader.open(file);
    const mime = new TextDecoder().decode(await zip.read('mimetype', 100));
    if (mime.trim() !== mimeType) throw new ZipProblem('it is no OpenRaster file');
    if (!zip.has(documentFile)) {
      const notice = 'The file has no history: another program saved it, or removed it. Its layers were opened.';
      return await readPlainLayers(zip, name, blobs, [notice]);
    }
    return await readOwn(zip, blobs).catch((error: unknown) => {
      if (error instanceof AppError && error.code !== 'image-unreadable') throw error;
      return readPlainLayers(zip, name, blobs, [
        `The history is damaged (${reasonOf(error)}). The layers were opened.`,
      ]);
    });
  } catch (cause) {
    if (cause instanceof AppError) throw new AppError(cause.code, { ...cause.data, path: name }, { cause });
    throw new AppError('project-unreadable', { path: name, reason: reasonOf(cause) }, { cause });
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof Error && error.name !== 'ZodError'
    ? error.message.split('\n')[0]!
    : 'its records are not as they should be';

async function readOwn(zip: ZipReader, blobs: BlobStore): Promise<ReadProject> {
  const saved = zSavedDocument.parse(JSON.parse(new TextDecoder().decode(await zip.read(documentFile, maxTextBytes))));
  const restored = await withTilesOf(zip, migrate(saved.records, saved.version), saved, blobs);
  const records = restored.map((record) => zDocumentRecord.parse(record));
  const problem = documentProblem(records);
  if (problem !== undefined) throw new Error(problem);
  for (const id of blobsOf(records, (image) => image in saved.pictures)) await restoreBlob(zip, id, blobs);
  for (const id of recipeBlobsOf(records)) if (zip.has(blobFile(id))) await restoreBlob(zip, id, blobs);
  return { records, notices: [] };
}

async function restoreBlob(zip: ZipReader, id: BlobId, blobs: BlobStore): Promise<void> {
  if (await blobs.has(id)) return;
  const stored = await blobs.put(await zip.read(blobFile(id), maxBlobBytes));
  if (stored !== id) throw new ZipProblem(`${blobFile(id)} is not what its name says`);
}

/** Gives images their tiles back from the PNGs they were saved as. */
async function withTilesOf(
  zip: ZipReader,
  records: readonly unknown[],
  { pictures, made }: SavedDocument,
  blobs: BlobStore,
): Promise<unknown[]> {
  const sources: Readonly<Record<string, string>> = pictures;
  const tiles = new Map<string, SavedTiles>();
  for (const src of new Set(Object.values(sources))) {
    const known = made[src];
    const isHere = known !== undefined && known.crc === zip.crc(src) && (await hasAll(known.tiles, blobs));
    tiles.set(src, isHere ? known.tiles : await tilesOfPng(zip, src, blobs));
  }
  return records.map((record) => {
    const id = (record as { id?: unknown }).id;
    const src = typeof id === 'string' && Object.hasOwn(sources, id) ? sources[id] : undefined;
    return src === undefined ? record : { ...(record as object), tiles: tiles.get(src) };
  });
}

type SavedTiles = SavedDocument['made'][string]['tiles'];

async function hasAll(tiles: SavedTiles, blobs: BlobStore): Promise<boolean> {
  for (const tile of new Set(tiles)) if (tile && !(await blobs.has(tile))) return false;
  return true;
}

async function tilesOfPng(zip: ZipReader, src: string, blobs: BlobStore): Promise<SavedTiles> {
  const { raster } = await decodeImage(await zip.read(src, maxBlobBytes));
  return await storeTiles(raster, blobs);
}
