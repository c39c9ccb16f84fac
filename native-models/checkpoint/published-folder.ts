import { join } from 'node:path';
import { ModelError } from '../errors.ts';
import type { ByteSource } from './checkpoint.ts';
import { openFileSource } from './file-source.ts';
import { isUrl, openHttpSource } from './http-source.ts';
import { Refusal } from './refusal.ts';

const maxBytes = 64 * 2 ** 20; // of a description; the tokenizer of Flan-T5 has 2.4 MB

/** A file of a folder, or below an address that takes the place of one; without the address's query. */
export function placeIn(folder: string, file: string): string {
  if (!isUrl(folder)) return join(folder, file);
  const { origin, pathname } = new URL(folder);
  return `${origin}${pathname.replace(/\/*$/, '/')}${file}`;
}

/** Opens a file by its path or address. @throws ModelError as `openFileSource` and `openHttpSource` do */
export const openPlace = (place: string): Promise<ByteSource> =>
  isUrl(place) ? openHttpSource(place) : openFileSource(place);

/** All bytes of a small file that describes weights. @throws ModelError as `openPlace`, `checkpoint-invalid` above 64 MiB */
export async function readPlace(place: string): Promise<Uint8Array> {
  await using source = await openPlace(place);
  if (source.size > maxBytes) throw new Refusal(place).invalid('is too large for what it should be');
  return source.size === 0 ? new Uint8Array(0) : await source.read(0, source.size);
}

/** Names under which weights are published, the best first: an index counts more than the shards beside it. */
const published = [
  'model.safetensors.index.json',
  'model.safetensors',
  'pytorch_model.bin.index.json',
  'pytorch_model.bin',
];

/** Address of the weights below an address, which cannot be listed.
 * @throws ModelError `checkpoint-invalid` when there are none under a usual name, or `download-failed` */
export async function publishedWeights(address: string): Promise<string> {
  for (const file of published) {
    const place = placeIn(address, file);
    try {
      await (await openHttpSource(place))[Symbol.asyncDispose]();
      return place;
    } catch (error) {
      if (!(error instanceof ModelError && error.data.status === 404)) throw error;
    }
  }
  throw new Refusal(address).invalid(`has no weights below it; looked for ${published.join(', ')}`);
}
