import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ByteSource, Checkpoint } from './checkpoint.ts';
import { type FileKind, fileKind } from './file-kind.ts';
import { isUrl } from './http-source.ts';
import { parseJson } from './json.ts';
import { openPlace, placeIn, publishedWeights } from './published-folder.ts';
import { Refusal } from './refusal.ts';
import { openSafetensors } from './safetensors.ts';
import { maxHeaderBytes } from './safetensors-header.ts';
import { joinShards, readWeightMap } from './sharded.ts';
import { openTorchFile } from './torch-file.ts';

/** Opens published weights: a safetensors file, a PyTorch archive, an index of shards, or a folder with one of these; also at an
 * address, of which only what is asked for is fetched: one that ends with a slash stands for a folder. The
 * content decides how a file is read, and a suffix that contradicts it is an error. Nothing in it is executed. Throws
 * `checkpoint-invalid` or `unsupported`, saying what the file is instead. */
export async function openCheckpoint(path: string): Promise<Checkpoint> {
  if (isUrl(path)) return openFile(path.endsWith('/') ? await publishedWeights(path) : path, true);
  const found = await stat(path).catch(() => undefined); // a missing file gets its message from openPlace
  return openFile(found?.isDirectory() ? await mainFile(path) : path, true);
}

const openers: Readonly<Record<FileKind, (source: ByteSource) => Promise<Checkpoint>>> = {
  safetensors: openSafetensors,
  torch: openTorchFile,
  index: openIndex,
};

async function openFile(place: string, mayBeIndex: boolean): Promise<Checkpoint> {
  const source = await openPlace(place);
  try {
    const kind = await fileKind(source);
    if (kind === 'index' && !mayBeIndex) throw new Refusal(place).invalid('is an index inside an index');
    return await openers[kind](source);
  } catch (error) {
    await source[Symbol.asyncDispose]();
    throw error;
  }
}

async function openIndex(source: ByteSource): Promise<Checkpoint> {
  const refusal = new Refusal(source.name);
  if (source.size > maxHeaderBytes) throw refusal.invalid('is too large for an index of weight files');
  const weightMap = readWeightMap(parseJson(await source.read(0, source.size), refusal), refusal);
  await source[Symbol.asyncDispose]();
  const files = [...new Set(weightMap.values())];
  const folder = source.file === undefined ? new URL('.', source.name).href : dirname(source.file);
  if (!isUrl(folder)) await checkAllThere(folder, files, refusal);
  const shards = new Map<string, Checkpoint>();
  try {
    for (const file of files) shards.set(file, await openFile(placeIn(folder, file), false));
    return joinShards(source.name, weightMap, shards);
  } catch (error) {
    for (const shard of shards.values()) await shard[Symbol.asyncDispose]();
    throw error;
  }
}

async function checkAllThere(folder: string, files: readonly string[], refusal: Refusal): Promise<void> {
  const there = new Set(await readdir(folder));
  const missing = files.filter((file) => !there.has(file));
  if (missing.length > 0)
    throw refusal.invalid(`these files are missing beside it: ${missing.join(', ')}`, { missing });
}

/** Suffixes of what a folder may hold, the best first: an index counts more than the shards beside it. */
const suffixes = ['.safetensors.index.json', '.safetensors', '.bin.index.json', '.pt', '.pth', '.bin'];

async function mainFile(folder: string): Promise<string> {
  const refusal = new Refusal(folder);
  const files = (await readdir(folder)).sort();
  const candidates = suffixes
    .map((suffix) => files.filter((file) => file.endsWith(suffix)))
    .find((some) => some.length > 0);
  if (!candidates) throw refusal.invalid('is a folder without weights (no .safetensors, .pt, .pth or index file)');
  if (candidates.length > 1) {
    throw refusal.invalid(
      `is a folder with several weight files and no index; name one of them: ${candidates.join(', ')}`,
    );
  }
  return join(folder, basename(candidates[0]));
}
