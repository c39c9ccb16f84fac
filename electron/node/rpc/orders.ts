import type {
  EditOrder,
  EngineMessage,
  OrderMessage,
  OrderSelection,
  Patch,
  Target,
} from '#common/contract/edit-order.ts';
import type { JobId } from '#common/contract/job-message.ts';
import type { Extent } from '#common/geometry.ts';
import { maskOfBounds, maskOfStrengths } from '#common/raster/masks.ts';
import type { Mask } from '#common/raster/masks.ts';
import type { Unsubscribe } from '#common/rpc/contract.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { storeTiled } from '../blobs/tiled-pixels.ts';
import type { Engine } from '../engine/engine.ts';
import type { NewPixels, PaintedPicture, PaintTarget, PaintWork } from '../engine/paint-job.ts';
import { encodeBytes } from '../images/encode.ts';
import { flattenToRaster } from '../images/flatten.ts';
import { decodeBlob, requireBlob } from './pictures.ts';

type Listener = (message: EngineMessage) => void;
const roomForResult = 16 * 2 ** 20; // bytes; most results take less

type PaintingEngine = Pick<Engine, 'paint' | 'cancel' | 'stop' | 'moveBefore'>;

/** The edits of one page. Its pictures are blobs; here they become pixels for the engine, and its results become blobs. */
export class Orders {
  readonly #engine: PaintingEngine;
  readonly #blobs: BlobStore;
  readonly #listeners = new Set<Listener>();
  readonly #open = new Set<JobId>();

  constructor(engine: PaintingEngine, blobs: BlobStore) {
    this.#engine = engine;
    this.#blobs = blobs;
  }

  onMessage(listener: Listener): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @throws RemoteError `blob-missing`; AppError `data-full` where its result would have no room */
  async edit(order: EditOrder): Promise<JobId> {
    const { picture, selection, target, ...settings } = order;
    await this.#blobs.requireRoom(roomForResult);
    if ('blob' in picture) await requireBlob(this.#blobs, picture.blob);
    if (selection && 'strengths' in selection) await requireBlob(this.#blobs, selection.strengths);
    const work: PaintWork = {
      settings,
      picture: () => this.#picture(picture),
      selection: (photo) => this.#selection(selection, photo),
      ...(target && { target: () => this.#target(target) }),
      store: (pixels) => this.#store(pixels),
      storeThumbnail: async (picture) => this.#blobs.put(await encodeBytes(picture, 'png')),
    };
    const job = this.#engine.paint(work, (message) => this.#tell(job, message));
    this.#open.add(job);
    return job;
  }

  cancel(job: JobId): undefined {
    if (this.#open.has(job)) this.#engine.cancel(job); // only its own
  }

  stop(job: JobId): undefined {
    if (this.#open.has(job)) this.#engine.stop(job);
  }

  moveBefore(job: JobId, next: JobId | null): undefined {
    if (this.#open.has(job)) this.#engine.moveBefore(job, next ?? undefined);
  }

  cancelAll(): void {
    for (const job of this.#open) this.#engine.cancel(job);
  }

  async #picture(picture: EditOrder['picture']): Promise<PaintedPicture> {
    if ('layers' in picture) return { raster: await flattenToRaster(picture, this.#blobs), notices: [] };
    const { raster, metadata } = await decodeBlob(this.#blobs, picture);
    return { raster, notices: metadata.notices };
  }

  async #selection(selection: OrderSelection | undefined, photo: Extent): Promise<Mask | undefined> {
    if (!selection) return undefined;
    if ('region' in selection) return maskOfBounds(selection.region, photo);
    return maskOfStrengths(selection.bounds, await this.#blobs.get(selection.strengths), photo);
  }

  async #target({ bounds, depth, profile }: Target): Promise<PaintTarget> {
    return { bounds, colours: { depth, ...(profile && { profile: await this.#blobs.get(profile) }) } };
  }

  async #store({ bounds, rgba, mask }: NewPixels): Promise<Patch> {
    const { x, y, width, height } = bounds;
    const strengths = mask && ({ width, height, channels: 1, depth: 8, data: mask.data } as const);
    return {
      offset: { x, y },
      pixels: await storeTiled(this.#blobs, rgba),
      mask: strengths ? await storeTiled(this.#blobs, strengths) : null,
    };
  }

  #tell(job: JobId, message: OrderMessage): void {
    for (const listener of this.#listeners) listener({ job, message });
    if (isLast(message)) this.#open.delete(job);
  }
}

const isLast = ({ type }: OrderMessage): boolean => type === 'finished' || type === 'cancelled' || type === 'failed';
