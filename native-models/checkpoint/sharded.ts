import type { Checkpoint, TensorInfo } from './checkpoint.ts';
import { quoted, Refusal } from './refusal.ts';

/** `weight_map` of a `*.index.json` file: tensor name → file name in the same folder. Throws `checkpoint-invalid` for
 * anything else, and for file names that lead out of the folder. */
export function readWeightMap(index: Readonly<Record<string, unknown>>, refusal: Refusal): ReadonlyMap<string, string> {
  const map = index.weight_map;
  if (typeof map !== 'object' || map === null || Array.isArray(map))
    throw refusal.invalid('is JSON without a weight_map: not an index of weight files');
  const entries = Object.entries(map as Record<string, unknown>);
  const bad = entries.find(([, file]) => typeof file !== 'string' || !/^[\w-][\w.-]*$/.test(file));
  if (bad) throw refusal.invalid(`places ${quoted(bad[0])} in something that is no file name beside it`);
  if (entries.length === 0) throw refusal.invalid('has an empty weight_map');
  return new Map(entries as [string, string][]);
}

/** Several files that an index makes one checkpoint. What the index does not name is not there, even when a shard has it.
 * The shards belong to the checkpoint from here on. Throws `checkpoint-invalid` listing all tensors that a shard lacks. */
export function joinShards(
  name: string,
  weightMap: ReadonlyMap<string, string>,
  shards: ReadonlyMap<string, Checkpoint>,
): Checkpoint {
  const owners = new Map<string, Checkpoint>();
  const missing: string[] = [];
  const held = new Map([...shards].map(([file, shard]) => [file, new Set(shard.names())]));
  for (const [tensor, file] of weightMap) {
    if (held.get(file)!.has(tensor)) owners.set(tensor, shards.get(file)!);
    else missing.push(tensor);
  }
  if (missing.length > 0) {
    const shown = missing.slice(0, 5).map(quoted).join(', ');
    throw new Refusal(name).invalid(`${missing.length} tensors are not in the files the index names: ${shown}`, {
      missing,
    });
  }
  return new ShardedCheckpoint(name, owners, [...shards.values()]);
}

class ShardedCheckpoint implements Checkpoint {
  readonly settings = Object.freeze(Object.create(null)) as Checkpoint['settings'];
  readonly #owners: ReadonlyMap<string, Checkpoint>;
  readonly #shards: readonly Checkpoint[];

  constructor(
    readonly name: string,
    owners: ReadonlyMap<string, Checkpoint>,
    shards: readonly Checkpoint[],
  ) {
    this.#owners = owners;
    this.#shards = shards;
  }

  names(): readonly string[] {
    return [...this.#owners.keys()];
  }

  info(name: string): TensorInfo {
    return this.#owner(name).info(name);
  }

  async read(name: string): Promise<Float32Array> {
    return this.#owner(name).read(name);
  }

  async readRaw(name: string): Promise<Uint8Array> {
    return this.#owner(name).readRaw(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const shard of this.#shards) await shard[Symbol.asyncDispose]();
  }

  #owner(name: string): Checkpoint {
    const owner = this.#owners.get(name);
    if (!owner) throw new Refusal(this.name).missing(name);
    return owner;
  }
}
