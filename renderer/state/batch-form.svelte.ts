import { zBatchOptions } from '#common/contract/batch.ts';
import type { BatchOptions } from '#common/contract/batch.ts';
import type { Folder } from '#common/contract/batch-service.ts';
import { aloneRecipe, isMapRecipe, recipeVersion, zEditRecipe } from '#common/contract/recipe.ts';
import type { Condition, EditRecipe, Recipe } from '#common/contract/recipe.ts';
import type { EngineState } from './engine.svelte.ts';

type MapKind = Condition['kind'];
/** What is done with every picture: an edit, a painting from its map, or making its map. */
export const batchKinds = [
  ...(['edit', 'canny', 'depth', 'segmentation'] as const),
  ...(['make-canny', 'make-depth', 'make-segmentation'] as const),
] as const;
export type BatchKind = (typeof batchKinds)[number];

const emptyRecipe: EditRecipe = zEditRecipe.parse({ version: recipeVersion, task: 'canny', instruction: '' });

/** What the next batch is to be, as a person sets it. */
export class BatchForm {
  input = $state.raw<Folder>();
  output = $state.raw<Folder>();
  /** The edit as it is set; it stays while maps are made instead. */
  edit = $state.raw<EditRecipe>({ ...emptyRecipe, task: 'edit' });
  options = $state.raw<BatchOptions>(zBatchOptions.parse({}));
  #extract = $state.raw<Condition>();
  readonly #engine: EngineState;

  constructor(engine: EngineState) {
    this.#engine = engine;
  }

  kind: BatchKind = $derived(this.#extract ? (`make-${this.#extract.kind}` as const) : this.edit.task);
  makesMaps = $derived(this.#extract !== undefined);
  /** What is chosen now; an edit without a model is one by the model the program prefers. */
  recipe: Recipe = $derived.by(() => {
    if (this.#extract) return { version: recipeVersion, extract: this.#extract };
    const { model } = this.#engine;
    return { ...this.edit, ...(!this.edit.model && model && { model: { id: model.id } }) };
  });
  /** An instruction can be left out only where the map says it all. */
  isComplete = $derived(
    this.input !== undefined &&
      this.output !== undefined &&
      (this.makesMaps || this.edit.task !== 'edit' || this.edit.instruction.trim() !== ''),
  );

  set(changes: Partial<EditRecipe>): void {
    this.edit = { ...this.edit, ...changes };
  }

  setOptions(changes: Partial<BatchOptions>): void {
    this.options = { ...this.options, ...changes };
  }

  choose(kind: BatchKind): void {
    const map = kind.startsWith('make-') ? (kind.slice('make-'.length) as MapKind) : undefined;
    this.#extract = map && conditionOf(map);
    if (!map) this.set({ task: kind as EditRecipe['task'], condition: undefined, selection: undefined });
  }

  /** Whether photos are given, whose maps are made first, instead of maps. */
  get makesMapFirst(): boolean {
    return this.edit.condition !== undefined;
  }

  set makesMapFirst(makes: boolean) {
    const { task } = this.edit;
    this.set({ condition: makes && task !== 'edit' ? conditionOf(task) : undefined });
  }

  /** Takes over a recipe as it is. */
  take(recipe: Recipe): void {
    if (isMapRecipe(recipe)) {
      this.#extract = recipe.extract;
      return;
    }
    this.#extract = undefined;
    this.edit = recipe;
  }
}

const conditionOf = (kind: MapKind): Condition => (kind === 'canny' ? { kind, detector: 'opencv' } : { kind });

/** The recipe of one picture for any picture: without what belongs to that one alone: what was cut out of it, its selection, square and kept rows. */
export function recipeForFolder(recipe: EditRecipe): EditRecipe {
  const ofOne = {
    selection: undefined,
    map: undefined,
    crop: undefined,
    square: undefined,
    kept: undefined,
    image: undefined,
    device: undefined,
  };
  return { ...aloneRecipe(recipe), ...ofOne, fit: recipe.fit === 'selection' ? 'whole' : recipe.fit };
}
