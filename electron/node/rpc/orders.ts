import { copyFile, link, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BlobId } from '#common/contract/blobs.ts';
import type { EditOrder, EngineMessage, OrderMessage } from '#common/contract/edit-order.ts';
import type { EditRequest, Selection } from '#common/contract/edit-request.ts';
import { hostError } from '#common/contract/host-errors.ts';
import type { JobId, JobMessage } from '#common/contract/job-message.ts';
import type { Unsubscribe } from '#common/rpc/contract.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { describeFailure } from '../engine/failure.ts';
import type { Engine } from '../engine/engine.ts';

type Listener = (message: EngineMessage) => void;

/** The edits of one page. The engine works from files to files; here blobs become files in a folder of the job, and what is written
 * there becomes blobs and messages. */
export class Orders {
  readonly #engine: Pick<Engine, 'edit' | 'cancel'>;
  readonly #blobs: BlobStore;
  readonly #listeners = new Set<Listener>();
  readonly #open = new Set<JobId>();

  constructor(engine: Pick<Engine, 'edit' | 'cancel'>, blobs: BlobStore) {
    this.#engine = engine;
    this.#blobs = blobs;
  }

  onMessage(listener: Listener): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @throws RemoteError `blob-missing`, `invalid-call` */
  async edit(order: EditOrder): Promise<JobId> {
    const folder = await mkdtemp(join(tmpdir(), 'editar-job-'));
    try {
      const request = await this.#prepare(order, folder);
      const translate = new Translation(this.#blobs, folder);
      let told = Promise.resolve(); // messages keep their order although translating takes time
      const job = this.#engine.edit(request, (message) => {
        told = told.then(async () => this.#tell(job, await translate.message(message), folder));
      });
      this.#open.add(job);
      return job;
    } catch (error) {
      await remove(folder);
      throw error;
    }
  }

  cancel(job: JobId): undefined {
    if (this.#open.has(job)) this.#engine.cancel(job); // only its own
  }

  cancelAll(): void {
    for (const job of this.#open) this.#engine.cancel(job);
  }

  async #prepare(order: EditOrder, folder: string): Promise<EditRequest> {
    const { picture, selection, ...rest } = order;
    if (rest.task === 'edit' && rest.instruction.trim() === '') {
      throw hostError('invalid-call', { member: 'engine.edit', reason: 'the instruction is empty' });
    }
    const [inputs, rows] = [join(folder, 'in'), join(folder, 'rows')];
    await mkdir(inputs);
    const image = await this.#asFile(picture.blob, join(inputs, fileNameOf(picture.name)));
    return {
      ...rest,
      image,
      selection: selection && (await this.#selection(selection, folder)),
      isRaw: false,
      rowsFolder: rows,
      out: join(folder, 'result.png'),
    };
  }

  async #selection(selection: NonNullable<EditOrder['selection']>, folder: string): Promise<Selection> {
    if ('region' in selection) return selection;
    return { mask: await this.#asFile(selection.mask, join(folder, 'mask')) };
  }

  /** A link where possible: the engine only reads. */
  async #asFile(blob: BlobId, path: string): Promise<string> {
    if (!(await this.#blobs.has(blob))) throw hostError('blob-missing', { id: blob });
    const from = this.#blobs.path(blob);
    await link(from, path).catch(() => copyFile(from, path));
    return path;
  }

  async #tell(job: JobId, message: OrderMessage | undefined, folder: string): Promise<void> {
    if (!message) return;
    for (const listener of this.#listeners) listener({ job, message });
    if (!isLast(message)) return;
    this.#open.delete(job);
    await remove(folder);
  }
}

/** Turns what the engine says of files into what a page can use. */
class Translation {
  readonly #blobs: BlobStore;
  readonly #folder: string;

  constructor(blobs: BlobStore, folder: string) {
    this.#blobs = blobs;
    this.#folder = folder;
  }

  /** Undefined for a band that is gone: the job was cancelled meanwhile. Never rejects. */
  async message(message: JobMessage): Promise<OrderMessage | undefined> {
    try {
      return await this.#translate(message);
    } catch (error) {
      return message.type === 'preview' ? undefined : { type: 'failed', ...describeFailure(error) };
    }
  }

  async #translate(message: JobMessage): Promise<OrderMessage | undefined> {
    switch (message.type) {
      case 'preview': {
        const { row, variant = 0, file } = message;
        return file === undefined ? undefined : { type: 'preview', row, variant, png: await readFile(file) };
      }
      case 'finished': {
        const { out, ids, further = [], ...rest } = message;
        const pictures = [{ out, ids }, ...further].map(async (picture) => ({
          blob: await this.#blobs.put(await readFile(picture.out)),
          ids: picture.ids,
        }));
        return { ...rest, pictures: await Promise.all(pictures) };
      }
      case 'failed':
        return { ...message, message: this.#withoutFolders(message.message), data: this.#plain(message.data) };
      case 'queued':
      case 'progress':
      case 'cancelled':
        return message;
    }
  }

  /** The person knows the picture by its name; where its copy lies is nobody's business. */
  #withoutFolders(text: string): string {
    return text.replaceAll(join(this.#folder, 'in', '/'), '').replaceAll(join(this.#folder, '/'), '');
  }

  #plain(data: Record<string, unknown>): Record<string, unknown> {
    const plain = ([key, value]: [string, unknown]) => [
      key,
      typeof value === 'string' ? this.#withoutFolders(value) : value,
    ];
    return Object.fromEntries(Object.entries(data).map(plain));
  }
}

const isLast = ({ type }: OrderMessage): boolean => type === 'finished' || type === 'cancelled' || type === 'failed';

const remove = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 3 });

/** A name that is safe in any folder of any system, as close to the given one as that allows. */
export function fileNameOf(name: string): string {
  const base = name.split(/[/\\]/).at(-1) ?? '';
  const safe = base.replaceAll(/[\p{Cc}<>:"|?*]/gu, '_').replace(/[. ]+$/, '');
  const isReserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(safe);
  const short = safe.slice(-100).replace(/^\.+/, '');
  return short === '' || isReserved ? 'picture' : short;
}
