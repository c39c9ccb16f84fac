import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { ModelError } from '../errors.ts';
import type { ByteSource } from './checkpoint.ts';
import { Refusal } from './refusal.ts';

const maxPerCall = 2 ** 30; // bytes; one system call moves less than 2 GiB

class FileSource implements ByteSource {
  readonly name: string;
  readonly #handle: FileHandle;
  readonly #refusal: Refusal;

  constructor(
    readonly file: string,
    readonly size: number,
    handle: FileHandle,
  ) {
    this.name = file;
    this.#handle = handle;
    this.#refusal = new Refusal(file);
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    checkRange(this, offset, length);
    const bytes = allocate(this.name, length);
    let done = 0;
    while (done < length) {
      const step = Math.min(length - done, maxPerCall);
      const { bytesRead } = await this.#handle.read(bytes, done, step, offset + done);
      if (bytesRead === 0) throw this.#refusal.invalid('the file became shorter while it was read');
      done += bytesRead;
    }
    return bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

/** Without waiting: to open a pipe would wait until somebody writes into it. Windows knows no such flag and needs none. */
const reading = constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0);

/** Opens a file for reading by range. Throws `checkpoint-invalid` when it cannot be opened or is not a plain file. */
export async function openFileSource(path: string): Promise<ByteSource> {
  const refusal = new Refusal(path);
  const handle = await open(path, reading).catch((error: unknown) => {
    throw refusal.invalid(`cannot be opened (${(error as NodeJS.ErrnoException).code ?? String(error)})`, {}, error);
  });
  const stat = await handle.stat();
  if (!stat.isFile()) {
    await handle.close();
    throw refusal.invalid('is not a plain file');
  }
  return new FileSource(path, stat.size, handle);
}

/** Throws `checkpoint-invalid` unless `[offset, offset + length)` is made of whole numbers inside the source. */
export function checkRange(source: Pick<ByteSource, 'name' | 'size'>, offset: number, length: number): void {
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  if (whole && offset >= 0 && length >= 0 && offset + length <= source.size) return;
  throw new Refusal(source.name).invalid(
    `${length} bytes at ${offset} were needed, but there are ${source.size} bytes: the file is cut short or damaged`,
    { offset, length, size: source.size },
  );
}

function allocate(name: string, length: number): Uint8Array {
  try {
    return new Uint8Array(length);
  } catch (error) {
    throw new ModelError('out-of-memory', `${name}: no room for ${length} bytes`, { needed: length }, { cause: error });
  }
}
