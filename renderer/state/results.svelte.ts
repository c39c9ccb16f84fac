import type { Painting } from '#common/contract/edit-order.ts';
import type { Version, VersionId } from '#common/document/records.ts';
import { projectId } from '#common/document/records.ts';
import { parseRecipe } from '#common/contract/recipe.ts';
import type { EditRecipe } from '#common/contract/recipe.ts';
import * as commands from '#common/document/version-commands.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { DocumentState } from './document.svelte.ts';
import type { Job } from './job.svelte.ts';
import { recipeFrom } from './order.ts';

/** What edits made and nobody has decided on yet, and what became of the rest. */
export class ResultsState {
  /** The one that is laid over the picture to be looked at. */
  #shownId = $state<VersionId>();
  /** Of this session, the latest edit first; the others are found in the history. */
  #recent = $state.raw<readonly VersionId[]>([]);
  readonly #document: DocumentState;
  readonly #above = new Map<VersionId, Job['subject']['above']>();

  constructor(document: DocumentState) {
    this.#document = document;
  }

  /** Offered to be taken or discarded. */
  offered: readonly Version[] = $derived.by(() => {
    const byId = new Map(this.#document.versions.map((version) => [version.id, version]));
    return this.#recent.flatMap((id) => byId.get(id) ?? []).filter(({ layer, isDiscarded }) => !layer && !isDiscarded);
  });
  shown: Version | undefined = $derived.by(() => this.offered.find(({ id }) => id === this.#shownId));

  /** Notes what a job made, each variant as a version, and shows the first. */
  add(painting: Painting, job: Job): void {
    if (!this.#document.isOpen) return;
    const { store } = this.#document;
    const cells = painting.rows * job.grid;
    const added = painting.pictures.map(({ ids, patch, thumbnail }, index) =>
      commands.addVersion(store, {
        ...{
          title: job.instruction.slice(0, 1000),
          parent: job.subject.parent,
          thumbnail,
          createdAt: Date.now() + index,
        },
        ...{ seed: painting.seed, model: painting.model, sourceIds: painting.sourceIds },
        ids: painting.rows < job.grid ? ids.slice(0, cells) : ids,
        recipe: {
          ...recipeFrom(job.subject.order, painting.sampling, index, job.subject.condition),
        } as Version['recipe'],
        ...(patch && {
          picture: {
            image: patch.pixels,
            mask: patch.mask,
            offset: inDocument(patch.offset, store.require(projectId).canvas),
          },
        }),
      }),
    );
    for (const id of added) this.#above.set(id, job.subject.above);
    this.#recent = [...added, ...this.#recent];
    this.#shownId = added[0];
  }

  /** Lays a result over the picture, or takes the one that lies there away. */
  show(id: VersionId | undefined): void {
    this.#shownId = id;
  }

  /** Shows the one before or after the one that is shown. */
  step(by: number): void {
    const { offered, shown } = this;
    const at = offered.findIndex(({ id }) => id === shown?.id);
    this.#shownId = offered[(at + by + offered.length) % offered.length]?.id;
  }

  /** Makes a layer of a result. */
  accept(version: Version | undefined = this.shown): void {
    if (!version?.image) return;
    const above = this.#above.get(version.id) ?? null;
    this.#document.act(t('results.acceptName'), (store) => {
      const { layerOrder } = store.require(projectId);
      const index = above && layerOrder.includes(above) ? layerOrder.indexOf(above) + 1 : layerOrder.length;
      commands.acceptVersion(store, version.id, layerName(version.title), index);
    });
    this.#shownId = undefined;
  }

  /** Takes a result from what is offered; it stays in the history. */
  discard(version: Version | undefined = this.shown): void {
    if (!version) return;
    const at = this.offered.findIndex(({ id }) => id === version.id);
    const next = this.offered[at + 1] ?? this.offered[at - 1];
    this.#document.act(t('results.discardName'), (store) => commands.discardVersion(store, version.id));
    if (this.#shownId === version.id) this.#shownId = next?.id;
  }

  /** Offers a version of the history again, and shows it. */
  offer(version: Version): void {
    if (version.isDiscarded) {
      this.#document.act(t('results.offerName'), (store) => commands.discardVersion(store, version.id, false));
    }
    this.#recent = [version.id, ...this.#recent.filter((id) => id !== version.id)];
    this.#shownId = version.id;
  }

  star(version: Version): void {
    this.#document.act(t('results.starName'), (store) => commands.starVersion(store, version.id, !version.isStarred));
  }
}

/** Patches begin at the corner of the canvas, records at that of the picture that was opened. */
const inDocument = (offset: Version['offset'], canvas: Version['offset']): Version['offset'] => ({
  x: offset.x + canvas.x,
  y: offset.y + canvas.y,
});

const layerName = (title: string): string => title.trim().slice(0, 60) || 'Edit';

/** The recipe of a version. @throws AppError `recipe-invalid` where it has none that can be run here */
export function recipeOfVersion({ recipe, title }: Version): EditRecipe {
  const parsed = parseRecipe(recipe, title);
  if ('extract' in parsed) throw new Error('a version was made by an edit, not by an extractor');
  return parsed;
}
