import type { TensorBytes } from './proto.ts';

/** Large blobs start on a page, so that a mapped file can be used in place; small ones only on a cache line. */
const pageBytes = 4096;
const lineBytes = 64;

/** Bytes with a place in the file. */
export interface PlacedBlob {
  readonly name: string;
  readonly offset: number;
  readonly length: number; // bytes
  /** Produces the bytes when their turn comes; nothing is held before or after. */
  readonly read: () => Promise<Uint8Array>;
}

/** Plan of one external data file. Graphs ask for a place for each weight; the file is written later, blob by blob, so
 * that building never holds more than one tensor. Several graphs may share one plan: a name is placed once. */
export class ExternalData {
  readonly #blobs = new Map<string, PlacedBlob>();
  #end = 0;

  constructor(readonly file: string) {}

  get bytes(): number {
    return this.#end;
  }

  blobs(): readonly PlacedBlob[] {
    return [...this.#blobs.values()];
  }

  /** Reserves `length` bytes for `name`, or returns the place it already has. */
  place(name: string, length: number, read: () => Promise<Uint8Array>): PlacedBlob {
    const known = this.#blobs.get(name);
    if (known) {
      if (known.length !== length) throw new Error(`${name} was placed with ${known.length} bytes, now ${length}`);
      return known;
    }
    const alignment = length >= pageBytes ? pageBytes : lineBytes;
    const offset = Math.ceil(this.#end / alignment) * alignment;
    const blob = { name, offset, length, read };
    this.#blobs.set(name, blob);
    this.#end = offset + length;
    return blob;
  }

  /** The part of a placed blob that one tensor occupies. */
  bytesOf(blob: PlacedBlob, from = 0, length = blob.length - from): TensorBytes {
    return { file: this.file, offset: blob.offset + from, length };
  }

  /** Writes every blob in order through `append`, with zeros between them. */
  async write(append: (chunk: Uint8Array) => Promise<void>): Promise<void> {
    let written = 0;
    for (const blob of this.#blobs.values()) {
      if (blob.offset > written) await append(new Uint8Array(blob.offset - written));
      const bytes = await blob.read();
      if (bytes.length !== blob.length) {
        throw new Error(`${blob.name} has ${bytes.length} bytes where ${blob.length} were announced`);
      }
      await append(bytes);
      written = blob.offset + blob.length;
    }
  }
}
