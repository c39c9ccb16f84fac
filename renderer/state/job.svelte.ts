import type { EditOrder, OrderMessage, Painting } from '#common/contract/edit-order.ts';
import type { EditRecipe } from '#common/contract/recipe.ts';
import type { WireError } from '#common/contract/errors.ts';
import type { LayerId, VersionId } from '#common/document/records.ts';
import type { Bounds, Point } from '#common/geometry.ts';
import type { Mask } from '#common/raster/masks.ts';
import type { Placement } from '#common/raster/placement.ts';

/** Some rows of a picture in progress, and where they belong. */
export interface Band {
  readonly bitmap: ImageBitmap;
  readonly variant: number;
  readonly top: number; // px of the model's square
  readonly placement: Placement;
  readonly part: Bounds | undefined; // of the model's square that is shown; undefined: all of it
  readonly corner: Point; // of the picture it is of, document space
  readonly decodedAt: number; // ms since 1970
}

export type JobStatus =
  'sending' | 'waiting' | 'running' | 'stopping' | 'finished' | 'stopped' | 'cancelled' | 'failed';
const endings: readonly JobStatus[] = ['finished', 'stopped', 'cancelled', 'failed'];

/** What a job is about, besides what the engine is told. */
export interface JobSubject {
  readonly order: EditOrder;
  readonly parent: VersionId | null; // the version whose picture is edited
  readonly canvas: Bounds; // the picture that is edited, document space: the canvas may be cropped meanwhile
  readonly of: readonly LayerId[]; // whose picture it is, from the bottom up
  readonly above: LayerId | null; // its result comes in the place of this layer, above it; null: on top
  readonly condition?: EditRecipe['condition']; // how the map was found that it is painted from
}

type MessageOf<Type extends OrderMessage['type']> = Extract<OrderMessage, { type: Type }>;

/** One edit, from the order to its last message. */
export class Job {
  readonly number: number; // of the page, for lists
  readonly subject: JobSubject;
  id = $state<string>(); // once the engine has it
  status = $state<JobStatus>('sending');
  step = $state(0);
  of = $state(0); // cells
  grid = $state(0); // rows of cells
  etaMs = $state<number | null>(null);
  placement = $state.raw<Placement>();
  failure = $state.raw<WireError>();
  bandMask: Mask | undefined; // what of the model's square is shown while it is painted; undefined: all of it

  isOver = $derived(endings.includes(this.status));
  progress = $derived(this.of === 0 ? 0 : this.step / this.of);
  row = $derived(Math.floor(this.progress * this.grid));

  constructor(number: number, subject: JobSubject) {
    this.number = number;
    this.subject = subject;
  }

  get instruction(): string {
    return this.subject.order.instruction;
  }

  /** Follows everything but pictures. @returns what the engine made, with the last message that has it */
  hear(message: OrderMessage): Painting | undefined {
    switch (message.type) {
      case 'queued':
        if (this.status === 'sending') this.status = 'waiting';
        return undefined;
      case 'started':
        this.#begin(message);
        return undefined;
      case 'progress':
        ({ step: this.step, of: this.of, etaMs: this.etaMs } = message);
        return undefined;
      case 'preview':
        return undefined;
      case 'finished':
        this.status = 'finished';
        return message;
      case 'cancelled':
        this.status = message.kept ? 'stopped' : 'cancelled';
        return message.kept;
      case 'failed':
        this.status = 'failed';
        this.failure = message;
        return undefined;
    }
  }

  /** Back to the beginning: the engine does not know of it any more. */
  wait(): void {
    [this.id, this.status] = [undefined, 'sending'];
  }

  #begin({ grid, placement }: MessageOf<'started'>): void {
    if (this.status !== 'stopping') this.status = 'running';
    this.grid = grid;
    this.placement = placement;
  }
}
