import type { EditOrder, Painting } from '#common/contract/edit-order.ts';
import { setLayerLook } from '#common/document/layer-commands.ts';
import type { LayerId, Version, VersionId } from '#common/document/records.ts';
import { projectId } from '#common/document/records.ts';
import type { DocumentStore } from '#common/document/store.ts';
import { parseRecipe } from '#common/contract/recipe.ts';
import type { EditRecipe } from '#common/contract/recipe.ts';
import * as commands from '#common/document/version-commands.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { DocumentState } from './document.svelte.ts';
import type { Job } from './job.svelte.ts';
import { isSameEdit, recipeFrom } from './order.ts';

/** What a person looks at: the picture alone, a result laid over it, or a variant of the edit under way. Only they change it; an edit that
 * is done shows itself to nobody but those who watched it. */
type Sight = { readonly result: VersionId } | { readonly coming: number } | 'picture';

/** What edits made and nobody has decided on yet, and what became of the rest. */
export class ResultsState {
  #sight = $state.raw<Sight>({ coming: 0 });
  /** The latest edit first; versions that are not among them are found in the history. */
  #recent = $state.raw<readonly VersionId[]>([]);
  #unseen = $state.raw<ReadonlySet<VersionId>>(new Set());
  readonly #document: DocumentState;
  readonly #subjects = new Map<VersionId, Job['subject']>();

  /** Called when a person turns to something else, so that nothing hides it. */
  onLook: () => void = () => undefined;
  /** Called with what became a layer, and the layer in whose place it is. */
  onAccepted: (version: Version, place: LayerId | null) => void = () => undefined;

  constructor(document: DocumentState) {
    this.#document = document;
  }

  /** Offered to be taken or discarded. */
  offered: readonly Version[] = $derived.by(() => {
    const byId = new Map(this.#document.versions.map((version) => [version.id, version]));
    return this.#recent.flatMap((id) => byId.get(id) ?? []).filter(({ layer, isDiscarded }) => !layer && !isDiscarded);
  });
  /** The one that is laid over the picture to be looked at. */
  shown: Version | undefined = $derived.by(() => {
    const sight = this.#sight;
    return typeof sight === 'object' && 'result' in sight
      ? this.offered.find(({ id }) => id === sight.result)
      : undefined;
  });
  /** The variant of the edit under way, or of the next one, whose rows are looked at; undefined: something else is. */
  watched: number | undefined = $derived(
    typeof this.#sight === 'object' && 'coming' in this.#sight ? this.#sight.coming : undefined,
  );
  /** Of edits that came to their end while something else was looked at, the first edit first. */
  newOnes: readonly Version[] = $derived.by(() =>
    this.offered.filter(({ id }) => this.#unseen.has(id)).toSorted((a, b) => a.createdAt - b.createdAt),
  );

  /** Notes what a job made, each variant as a version. It is shown to those who watched it, and new to all others. */
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
        canvas: job.subject.canvas,
        ids: painting.rows < job.grid ? ids.slice(0, cells) : ids,
        recipe: {
          ...recipeFrom(job.subject.order, painting.sampling, index, job.subject.condition),
        } as Version['recipe'],
        ...(patch && {
          picture: {
            image: patch.pixels,
            mask: patch.mask,
            offset: inDocument(patch.offset, job.subject.canvas),
          },
        }),
      }),
    );
    for (const id of added) this.#subjects.set(id, job.subject);
    this.#recent = [...added, ...this.#recent];
    const first = added[this.watched ?? 0] ?? added[0];
    if (this.watched === undefined) this.#unseen = new Set([...this.#unseen, ...added]);
    else if (first) this.#look({ result: first });
  }

  /** Lays a result over the picture. */
  show(id: VersionId): void {
    this.#look({ result: id });
  }

  /** Takes away what lies over the picture. */
  showPicture(): void {
    this.#look('picture');
  }

  /** Looks at the rows of a variant of the edit under way while they come, and then at what it has become. */
  watch(variant = 0): void {
    this.#look({ coming: variant });
  }

  /** Shows the first of those that are new. */
  showNew(): void {
    const [first] = this.newOnes;
    if (first) this.show(first.id);
  }

  /** Shows the one before or after the one that is shown. */
  step(by: 1 | -1): void {
    const { offered, shown } = this;
    const at = offered.findIndex(({ id }) => id === shown?.id);
    const from = at === -1 && by === -1 ? offered.length : at;
    const next = offered[(from + by + offered.length) % offered.length];
    if (next) this.show(next.id);
  }

  /** The layer in whose place a result comes, because it is an edit of that layer's recipe. */
  placeOf({ id }: Version): LayerId | null {
    const place = this.#subjects.get(id)?.above ?? null;
    return place && this.#document.store.require(projectId).layerOrder.includes(place) ? place : null;
  }

  /** Whether an edit made the same in this session: another one of the same seed, words and numbers would repeat it. */
  hasMade(order: EditOrder): boolean {
    return [...this.#subjects.values()].some((subject) => isSameEdit(subject.order, order));
  }

  /** The layers of the picture a result of this session was made from, from the bottom up. */
  layersOf({ id }: Version): readonly LayerId[] | undefined {
    return this.#subjects.get(id)?.of;
  }

  /** Makes a layer of a result. The layer in whose place it comes is hidden below it. */
  accept(version: Version | undefined = this.shown): void {
    if (!version?.image) return;
    const place = this.placeOf(version);
    this.#document.act(t('results.acceptName'), (store) => {
      const { layerOrder } = store.require(projectId);
      const index = place ? layerOrder.indexOf(place) + 1 : layerOrder.length;
      commands.acceptVersion(store, version.id, layerName(version.title), index);
      if (place) setLayerLook(store, place, { isVisible: false });
    });
    this.#look('picture');
    this.onAccepted(version, place);
  }

  /** Takes a result from what is offered; it stays in the history. */
  discard(version: Version | undefined = this.shown): void {
    if (!version) return;
    const at = this.offered.findIndex(({ id }) => id === version.id);
    const next = this.offered[at + 1] ?? this.offered[at - 1];
    const isShown = this.shown?.id === version.id;
    this.#document.act(t('results.discardName'), (store) => commands.discardVersion(store, version.id));
    if (isShown) this.#look(next ? { result: next.id } : 'picture');
  }

  /** The same for several at once, as one step to undo. */
  discardAll(discarded: readonly Version[] = this.offered): void {
    if (discarded.length === 0) return;
    const gone = new Set(discarded.map(({ id }) => id));
    const isShown = this.shown !== undefined && gone.has(this.shown.id);
    const name = t('results.discardAllName');
    this.#document.act(name, (store) => setDiscarded(store, discarded, true));
    if (isShown) this.#look('picture');
  }

  /** Offers versions that were discarded again. */
  offerAll(versions: readonly Version[]): void {
    this.#document.act(t('results.offerName'), (store) => setDiscarded(store, versions, false));
  }

  /** Offers a version of the history again, and shows it. One that is offered already keeps its place. */
  offer(version: Version): void {
    if (version.isDiscarded) this.offerAll([version]);
    const isOffered = this.offered.some(({ id }) => id === version.id);
    if (!isOffered) this.#recent = [version.id, ...this.#recent.filter((id) => id !== version.id)];
    this.show(version.id);
  }

  /** Offers what nobody had decided on when the picture was left. The picture itself is looked at. */
  offerLeft(): void {
    const left = this.#document.versions.filter(({ image, layer, isDiscarded }) => image && !layer && !isDiscarded);
    const latestFirst = left.toSorted((a, b) => b.createdAt - a.createdAt);
    this.#recent = latestFirst.slice(0, mostLeft).map(({ id }) => id);
  }

  star(version: Version): void {
    this.#document.act(t('results.starName'), (store) => commands.starVersion(store, version.id, !version.isStarred));
  }

  /** Another picture is about to come. */
  forget(): void {
    [this.#recent, this.#unseen, this.#sight] = [[], new Set(), { coming: 0 }];
    this.#subjects.clear();
  }

  #look(sight: Sight): void {
    this.#sight = sight;
    if (typeof sight === 'object' && 'result' in sight && this.#unseen.has(sight.result)) {
      this.#unseen = new Set([...this.#unseen].filter((id) => id !== sight.result));
    }
    this.onLook();
  }
}

const mostLeft = 40; // offered again of an earlier session; older ones are found in the history

/** Those that are gone meanwhile are passed by. */
function setDiscarded(store: DocumentStore, versions: readonly Version[], isDiscarded: boolean): void {
  for (const { id } of versions) if (store.get(id)) commands.discardVersion(store, id, isDiscarded);
}

/** Patches begin at the corner of the picture that was edited, records at that of the picture that was opened. */
const inDocument = (offset: Version['offset'], canvas: Version['offset']): Version['offset'] => ({
  x: offset.x + canvas.x,
  y: offset.y + canvas.y,
});

const layerName = (title: string): string => title.trim().slice(0, 60) || 'Edit';

/** The recipe of a version for whoever has nothing but the opened picture: with what was cropped of it.
 * @throws AppError `recipe-invalid` */
export function recipeForElsewhere(store: DocumentStore, version: Version): EditRecipe {
  const crop = commands.cropOfVersion(store, version);
  return { ...recipeOfVersion(version), ...(crop && { crop }) };
}

/** The recipe of a version. @throws AppError `recipe-invalid` where it has none that can be run here */
export function recipeOfVersion({ recipe, title }: Version): EditRecipe {
  const parsed = parseRecipe(recipe, title);
  if ('extract' in parsed) throw new Error('a version was made by an edit, not by an extractor');
  return parsed;
}
