import { widenInSlices } from '../tensor/widen.ts';
import type { ByteSource, Checkpoint, TensorInfo } from './checkpoint.ts';
import { Refusal } from './refusal.ts';
import { readSafetensorsHeader, type SafetensorsEntry } from './safetensors-header.ts';

/** Opens one safetensors file. The header is read and checked, values only when asked. The source belongs to the
 * checkpoint from here on. Throws `checkpoint-invalid` or `unsupported`. */
export async function openSafetensors(source: ByteSource): Promise<Checkpoint> {
  return new SafetensorsFile(source, await readSafetensorsHeader(source));
}

class SafetensorsFile implements Checkpoint {
  readonly name: string;
  readonly settings = Object.freeze(Object.create(null)) as Checkpoint['settings'];
  readonly #source: ByteSource;
  readonly #entries: ReadonlyMap<string, SafetensorsEntry>;

  constructor(source: ByteSource, entries: readonly SafetensorsEntry[]) {
    this.name = source.name;
    this.#source = source;
    this.#entries = new Map(entries.map((entry) => [entry.name, entry]));
  }

  names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  info(name: string): TensorInfo {
    const { dtype, dims, begin, end } = this.#get(name);
    const { file } = this.#source;
    if (file === undefined || begin === end) return { dtype, dims };
    return { dtype, dims, location: { file, offset: begin, bytes: end - begin } };
  }

  async read(name: string): Promise<Float32Array> {
    return widenInSlices(this.#get(name).dtype, await this.readRaw(name));
  }

  async readRaw(name: string): Promise<Uint8Array> {
    const { begin, end } = this.#get(name);
    return this.#source.read(begin, end - begin);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#source[Symbol.asyncDispose]();
  }

  #get(name: string): SafetensorsEntry {
    const entry = this.#entries.get(name);
    if (!entry) throw new Refusal(this.name).missing(name);
    return entry;
  }
}
