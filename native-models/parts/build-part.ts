import { createHash } from 'node:crypto';
import { open, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError } from '../errors.ts';
import { ExternalData } from '../onnx/external-data.ts';
import { GraphBuilder } from '../onnx/graph.ts';
import type { PackFile, Part } from './part.ts';

/** How a build is watched and stopped. */
export interface BuildOptions {
  readonly signal?: AbortSignal;
  /** Bytes of weights written so far, of all. */
  readonly onProgress?: (done: number, of: number) => void;
}

interface FinishedPart {
  readonly fingerprint: string;
  readonly files: readonly PackFile[];
}

const receipt = (part: Part): string => `${part.name}.built.json`;

/** Writes a part's graphs and weights into `folder`, one tensor in memory at a time, unless they are there already from an
 * interrupted build of the same sources.
 * @throws ModelError `out-of-space` {needed, free} before writing anything, or whatever reading a tensor throws; the files of
 * this part are then gone */
export async function buildPart(part: Part, folder: string, options: BuildOptions = {}): Promise<readonly PackFile[]> {
  const finished = await readReceipt(part, folder);
  if (finished) return finished;
  const data = new ExternalData(`${part.name}.data`);
  const models = part.graphs.map((graph) => {
    const g = new GraphBuilder(graph.name, data);
    graph.build(g);
    return { file: `${graph.name}.onnx`, bytes: g.toModel() };
  });
  await checkSpace(folder, data.bytes + models.reduce((sum, { bytes }) => sum + bytes.length, 0));
  const paths = [data.file, ...models.map(({ file }) => file)].map((file) => join(folder, file));
  try {
    const files = [await writeData(folder, data, options)];
    for (const { file, bytes } of models) files.push(await writeFlushed(folder, file, [bytes]));
    const done: FinishedPart = { fingerprint: part.fingerprint, files };
    await writeFile(join(folder, receipt(part)), JSON.stringify(done));
    return files;
  } catch (error) {
    await Promise.all(paths.map((path) => rm(path, { force: true })));
    throw asSpaceError(error, part.name);
  }
}

/** Removes the notes that let an interrupted build go on. */
export async function forgetReceipts(parts: readonly Part[], folder: string): Promise<void> {
  await Promise.all(parts.map((part) => rm(join(folder, receipt(part)), { force: true })));
}

async function readReceipt(part: Part, folder: string): Promise<readonly PackFile[] | undefined> {
  try {
    const done = JSON.parse(await readFile(join(folder, receipt(part)), 'utf8')) as FinishedPart;
    return done.fingerprint === part.fingerprint ? done.files : undefined;
  } catch {
    return undefined; // not built yet, or cut off while writing the note: build it
  }
}

async function checkSpace(folder: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < needed) {
    throw new ModelError('out-of-space', `building needs ${needed} bytes in ${folder}, ${free} are free`, {
      needed,
      free,
      folder,
    });
  }
}

function asSpaceError(error: unknown, part: string): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') return error;
  return new ModelError('out-of-space', `the disk became full while writing ${part}`, { part }, { cause: error });
}

async function writeData(folder: string, data: ExternalData, options: BuildOptions): Promise<PackFile> {
  const { signal, onProgress } = options;
  const writer = await FlushedFile.create(folder, data.file);
  try {
    await data.write(async (chunk) => {
      signal?.throwIfAborted();
      await writer.append(chunk);
      onProgress?.(writer.bytes, data.bytes);
    });
    return await writer.finish();
  } finally {
    await writer.close();
  }
}

/** Writes a file and flushes it to the disk. */
export async function writeFlushed(folder: string, file: string, chunks: readonly Uint8Array[]): Promise<PackFile> {
  const writer = await FlushedFile.create(folder, file);
  try {
    for (const chunk of chunks) await writer.append(chunk);
    return await writer.finish();
  } finally {
    await writer.close();
  }
}

/** Bytes hashed or written between two turns of the event loop. */
const pieceBytes = 8 * 2 ** 20;

/** A new file that is hashed while it is written. */
class FlushedFile {
  readonly #hash = createHash('sha256');
  bytes = 0;

  private constructor(
    readonly file: string,
    readonly handle: Awaited<ReturnType<typeof open>>,
  ) {}

  static async create(folder: string, file: string): Promise<FlushedFile> {
    return new FlushedFile(file, await open(join(folder, file), 'w'));
  }

  async append(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      const piece = chunk.subarray(at, at + pieceBytes);
      this.#hash.update(piece);
      await writeAll(this.handle, piece);
      this.bytes += piece.length;
    }
  }

  async finish(): Promise<PackFile> {
    await this.handle.sync();
    return { file: this.file, bytes: this.bytes, sha256: this.#hash.digest('hex') };
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/** A single write may stop short, for instance when the disk is nearly full. */
async function writeAll(handle: Awaited<ReturnType<typeof open>>, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, at);
    at += bytesWritten;
  }
}
