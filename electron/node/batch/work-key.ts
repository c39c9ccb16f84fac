import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { BatchItem, BatchOptions } from '#common/contract/batch.ts';
import { canonicalJson } from '#common/contract/recipe.ts';
import { readFailure, requireFile } from '../images/read-image-file.ts';

/** What decides the result of an item, besides the contents of its files. */
export interface WorkFacts {
  readonly recipeHash: string;
  readonly options: BatchOptions;
  readonly item: Pick<BatchItem, 'fit' | 'output'>;
  readonly seed?: number | undefined; // instead of the recipe's
}

/** Name of a piece of work: the same recipe on the same contents has the same. @param contents SHA-256 of the files it reads */
export function workKey({ recipeHash, options, item, seed }: WorkFacts, contents: readonly string[]): string {
  const { keepsPlace, tellsRecipe } = options;
  const ending = item.output.slice(item.output.lastIndexOf('.'));
  const facts = { recipeHash, contents, fit: item.fit, seed, ending, keepsPlace, tellsRecipe };
  return createHash('sha256').update(canonicalJson(facts)).digest('hex');
}

/** SHA-256 of a file, in hexadecimal.
 * @throws AppError `image-unreadable` */
export async function fileHash(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  try {
    await requireFile(path);
    await pipeline(createReadStream(path), hash, { ...(signal && { signal }) });
  } catch (cause) {
    signal?.throwIfAborted();
    throw readFailure(path, cause);
  }
  return hash.digest('hex');
}
