import { setTimeout } from 'node:timers/promises';
import { ModelError } from '../errors.ts';
import type { ByteSource } from './checkpoint.ts';
import { checkRange } from './file-source.ts';
import { Refusal } from './refusal.ts';

/** How often a read goes on after a broken connection, without a single byte in between. */
const maxFailures = 4;

/** Whether a checkpoint is named by its address rather than by a path. */
export const isUrl = (name: string): boolean => /^https?:\/\//i.test(name);

/** A file on a server, read by range: of a published checkpoint only the weights are ever transferred. Every answer must be a part
 * of the file that was opened (`If-Range`); a file that changes meanwhile is refused. */
class HttpSource implements ByteSource {
  readonly name: string;
  readonly #validator: string | undefined;
  readonly #refusal: Refusal;

  constructor(
    readonly url: string,
    readonly size: number,
    validator: string | undefined,
    readonly pauseMs: number,
  ) {
    this.name = url;
    this.#validator = validator;
    this.#refusal = new Refusal(url);
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    checkRange(this, offset, length);
    const bytes = new Uint8Array(length);
    let done = 0;
    for (let failures = 0; done < length;) {
      const before = done;
      try {
        for await (const piece of await this.#body(offset + done, length - done)) {
          if (done + piece.length > length) throw this.#refusal.invalid('the server sent more than it was asked for');
          bytes.set(piece, done);
          done += piece.length;
        }
        if (done < length) throw new Error('the connection ended early');
      } catch (error) {
        if (error instanceof ModelError) throw error;
        failures = done > before ? 0 : failures + 1;
        if (failures === maxFailures) throw unreachable(this.url, error);
        await setTimeout(this.pauseMs * 2 ** failures);
      }
    }
    return bytes;
  }

  async #body(offset: number, length: number): Promise<AsyncIterable<Uint8Array>> {
    const response = await fetchRange(this.url, offset, offset + length - 1, this.#validator);
    const range = contentRange(response);
    if (response.status !== 206 || range?.first !== offset || range.size !== this.size) {
      await response.body?.cancel();
      throw this.#refusal.invalid('changed on the server while it was read; start again');
    }
    return response.body as unknown as AsyncIterable<Uint8Array>;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

/** Opens a file at an address for reading by range.
 * @throws ModelError `download-failed` when the server cannot be reached or has no such file, `unsupported` when it does not
 * serve parts of it, `invalid-input` for an address without encryption outside this machine
 * @param pauseMs before a broken connection is tried again, doubled each time */
export async function openHttpSource(url: string, pauseMs = 1000): Promise<ByteSource> {
  checkAddress(url);
  const response = await fetchRange(url, 0, 0).catch((error: unknown) => {
    throw error instanceof ModelError ? error : unreachable(url, error);
  });
  await response.body?.cancel();
  const range = contentRange(response);
  if (response.status !== 206 || !range) {
    throw new ModelError('unsupported', `${url}: the server does not serve parts of this file; download it first`, {
      url,
    });
  }
  return new HttpSource(url, range.size, validatorOf(response), pauseMs);
}

/** Weights come over encrypted connections, or from this machine. */
function checkAddress(url: string): void {
  const { protocol, hostname } = new URL(url);
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  if (protocol === 'https:' || isHere) return;
  throw new ModelError('invalid-input', `${url} is not encrypted; only https addresses are used`, { url });
}

/** @throws ModelError `download-failed` when the server refuses */
async function fetchRange(url: string, first: number, last: number, validator?: string): Promise<Response> {
  const response = await fetch(url, {
    headers: {
      range: `bytes=${first}-${last}`,
      'accept-encoding': 'identity',
      ...(validator !== undefined && { 'if-range': validator }),
    },
  });
  if (response.ok) return response;
  await response.body?.cancel();
  throw new ModelError('download-failed', `${url}: the server answered ${response.status} ${response.statusText}`, {
    url,
    status: response.status,
  });
}

const unreachable = (url: string, cause: unknown): ModelError =>
  new ModelError('download-failed', `${url} cannot be read: ${reasonOf(cause)}`, { url }, { cause });

/** What went wrong below `fetch`, whose own words are "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** What tells one version of a file from another: a strong entity tag, else its date. */
function validatorOf({ headers }: Response): string | undefined {
  const tag = headers.get('etag');
  return tag !== null && !tag.startsWith('W/') ? tag : (headers.get('last-modified') ?? undefined);
}

function contentRange({ headers }: Response): { readonly first: number; readonly size: number } | undefined {
  const match = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '');
  return match ? { first: Number(match[1]), size: Number(match[2]) } : undefined;
}
