import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maxBlobBytes } from '#common/contract/blobs.ts';
import type { BlobId } from '#common/contract/blobs.ts';
import type { ExportOptions } from '#common/contract/documents.ts';
import { describeError } from '#common/contract/error-messages.ts';
import { AppError, errorToWire } from '#common/contract/errors.ts';
import type { WireError } from '#common/contract/errors.ts';
import type { DocumentRecord } from '#common/document/records.ts';
import { endingOf, projectEnding } from '#common/picture-files.ts';
import { createClient } from '#common/rpc/client.ts';
import type { ImplementationOf } from '#common/rpc/contract.ts';
import { createMemoryPorts } from '#common/rpc/memory-port.ts';
import type { MessagePortLike } from '#common/rpc/port.ts';
import { serve } from '#common/rpc/server.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { fillAtomically, writeFailure } from '../images/atomic-write.ts';
import { flattenToPng, thumbnailPng } from '../images/flat-png.ts';
import { defaultLimits } from '../images/limits.ts';
import { readImageFile } from '../images/read-image-file.ts';
import { fileThumbnail } from '../images/thumbnail.ts';
import { aboutPicture, exportPicture } from './export-picture.ts';
import { fileWorkContract } from './file-work-contract.ts';
import type { FileWork, OpenedFile } from './file-work-contract.ts';
import type { LayerPictures } from './layer-pictures.ts';
import { openAsDocument, readPictureTiles } from './picture-document.ts';
import { isProjectFile, projectThumbnail, readProject } from './project-reader.ts';
import { writeProject } from './project-writer.ts';
import { exportPsd } from './psd-export.ts';

interface FileStores {
  readonly blobs: BlobStore;
  readonly pictures: LayerPictures;
}

type Fill = (file: FileHandle) => Promise<void>;

/** Does the work that is asked for over a port. */
export function serveFileWork(port: MessagePortLike, stores: FileStores): void {
  serve(port, fileWorkContract, { work: implementation(stores) }, { describe });
}

/** The work on the thread of whoever asks, for programs that have nothing else to do meanwhile. */
export function fileWorkHere(stores: FileStores): FileWork {
  const [here, there] = createMemoryPorts();
  serveFileWork(there, stores);
  return createClient(here, fileWorkContract).work;
}

/** Failures as sentences for the person: whoever asked passes them on. */
function describe(thrown: unknown): WireError {
  const wire = errorToWire(thrown);
  if (!(thrown instanceof AppError)) return wire;
  const { sentence, kept, action } = describeError(thrown.code, thrown.data);
  return { ...wire, message: [sentence, kept, action].filter(Boolean).join(' ') };
}

function implementation(stores: FileStores): ImplementationOf<(typeof fileWorkContract)['work']> {
  const { blobs } = stores;
  return {
    open: (source, name) => openFile('path' in source ? source.path : blobs.path(source.blob), source, name, blobs),
    look: async (source) => {
      const path = 'path' in source ? source.path : blobs.path(source.blob);
      const small = (await isProjectFile(path)) ? await projectThumbnail(path) : await fileThumbnail(path);
      return small ? await blobs.put(small) : null;
    },
    tiles: (picture, options) => readPictureTiles(picture, options, blobs),
    save: async (records, path) => {
      const blob = await written(path, blobs, (file) => writeProject(file, records, stores));
      return { blob, notices: [] };
    },
    export: (records, options, path, version) => exportTo(path, records, { ...options, version }, stores),
    flatten: (picture) => flattenToPng(blobs, picture),
    thumbnail: (picture) => thumbnailPng(blobs, picture),
  };
}

async function openFile(
  path: string,
  source: { readonly path: string } | { readonly blob: BlobId },
  name: string,
  blobs: BlobStore,
): Promise<OpenedFile> {
  if (await isReadableProject(path, name)) {
    const { records, notices } = await readProject(path, name, blobs);
    return { records, notices: [...notices], isProject: true, making: null };
  }
  if (endingOf(name) === projectEnding) {
    throw new AppError('project-unreadable', { path: name, reason: 'it is no OpenRaster file' });
  }
  const bytes = 'path' in source ? await readImageFile(path, defaultLimits) : await blobs.get(source.blob);
  const blob = 'path' in source ? await blobs.put(bytes) : source.blob;
  return { ...(await openAsDocument(bytes, { blob, name }, blobs)), isProject: false };
}

/** What cannot be read is told by the name and in the words of what it was to be. @throws AppError `project-unreadable`, `image-unreadable` */
async function isReadableProject(path: string, name: string): Promise<boolean> {
  return await isProjectFile(path).catch((cause: unknown) => {
    if (!(cause instanceof AppError)) throw cause;
    const code = endingOf(name) === projectEnding ? 'project-unreadable' : cause.code;
    throw new AppError(code, { ...cause.data, path: name }, { cause });
  });
}

async function exportTo(
  path: string | null,
  records: readonly DocumentRecord[],
  { version, ...options }: ExportOptions & { readonly version: string },
  stores: FileStores,
) {
  const { blobs } = stores;
  const { format } = options;
  if (format === 'ora') {
    const fill: Fill = (file) => writeProject(file, records, stores, { hasHistory: false });
    return { blob: await written(path, blobs, fill), notices: [] };
  }
  if (format === 'psd') {
    const about = await aboutPicture(records, options, blobs, version);
    return { blob: await written(path, blobs, (file) => exportPsd(file, records, about, blobs)), notices: [] };
  }
  const { parts, notices } = await exportPicture(records, { ...options, format }, blobs, version);
  const fill: Fill = async (file) => {
    for (const part of parts) await file.writeFile(part);
  };
  return { blob: await written(path, blobs, fill), notices: [...notices] };
}

async function written(path: string | null, blobs: BlobStore, fill: Fill): Promise<BlobId | null> {
  if (path === null) return await asBlob(blobs, fill);
  await fillAtomically(path, fill);
  return null;
}

/** Through a file, since a project is written piece by piece. */
async function asBlob(blobs: BlobStore, fill: Fill): Promise<BlobId> {
  const folder = join(tmpdir(), 'editar-saves');
  const path = join(folder, randomUUID());
  try {
    await mkdir(folder, { recursive: true });
    await using file = await open(path, 'wx+');
    await fill(file);
    const { size } = await file.stat();
    if (size > maxBlobBytes) throw tooLarge(size);
    return await blobs.put(await readFile(path));
  } catch (cause) {
    throw writeFailure(folder, cause);
  } finally {
    await rm(path, { force: true }).catch(() => undefined); // the first failure is the one to report
  }
}

function tooLarge(bytes: number): AppError {
  const mebibytes = (count: number) => `${Math.ceil(count / 2 ** 20)} MiB`;
  return new AppError('file-too-large', { size: mebibytes(bytes), limit: mebibytes(maxBlobBytes) });
}
