import type { EditOrder } from '#common/contract/edit-order.ts';
import { drawnFreely } from '#common/contract/edit-request.ts';
import type { Square } from '#common/contract/edit-request.ts';
import type { EditRecipe } from '#common/contract/recipe.ts';
import type { Point } from '#common/geometry.ts';
import type { EngineState } from './engine.svelte.ts';
import { newSeed } from './new-seed.ts';

export type EditTask = EditOrder['task'];
export type EditFit = 'auto' | 'whole' | 'square' | 'selection';
export type EditDevice = EditOrder['device'];
type Sampling = { readonly cfg: number; readonly temperature: number; readonly topK: number; readonly topP: number };

const fallback: Sampling = { cfg: 3, temperature: 1, topK: 1000, topP: 1 };

/** What the next edit is to be, as a person sets it. */
export class EditSettings {
  task = $state<EditTask>('edit');
  #instruction = $state(''); // what to change
  #description = $state(''); // what a picture painted from a map shows
  seed = $state(newSeed());
  isSeedLocked = $state(false); // otherwise every edit gets a new one
  variants = $state(1);
  fit = $state<EditFit>('auto'); // auto: around the selection, or the whole photo without one
  square = $state.raw<Square>(); // where a person placed it, document space; left out: the largest in the middle
  #device = $state<EditDevice>(); // left out: as the settings of the program say
  #modelId = $state<string>();
  #chosen = $state.raw<Partial<Sampling>>({}); // what differs from the model's own numbers

  readonly #engine: EngineState;

  constructor(engine: EngineState) {
    this.#engine = engine;
  }

  /** Models that make pictures and can be used. */
  models = $derived.by(() => this.#engine.usable);
  model = $derived.by(() => this.models.find(({ id }) => id === this.#modelId) ?? this.#engine.model);
  /** The model's own numbers. Several results at once are drawn freely: they would all be the same picture otherwise. */
  defaults: Sampling = $derived.by(() => {
    const own = this.model?.ready?.sampling ?? fallback;
    return this.variants > 1 ? drawnFreely(own) : own;
  });
  sampling: Sampling = $derived({ ...this.defaults, ...this.#chosen });
  isChanged = $derived(Object.keys(this.#chosen).length > 0);

  /** The words for the task: an instruction is not taken for a description, nor the other way round. */
  get instruction(): string {
    return this.task === 'edit' ? this.#instruction : this.#description;
  }

  set instruction(words: string) {
    if (this.task === 'edit') this.#instruction = words;
    else this.#description = words;
  }

  get device(): EditDevice {
    return this.#device ?? this.#engine.preferred.device;
  }

  set device(device: EditDevice) {
    this.#device = device;
  }

  set(numbers: Partial<Sampling>): void {
    const entries = Object.entries({ ...this.#chosen, ...numbers });
    this.#chosen = Object.fromEntries(
      entries.filter(([name, value]) => value !== this.defaults[name as keyof Sampling]),
    );
  }

  resetSampling(): void {
    this.#chosen = {};
  }

  chooseModel(id: string): void {
    this.#modelId = id;
  }

  rollSeed(): void {
    this.seed = newSeed();
  }

  /** Takes another seed, and from then on one for every edit. */
  freeSeed(): void {
    this.isSeedLocked = false;
    this.rollSeed();
  }

  /** Takes over everything of an edit that was made before, so that it can be changed and run again: one picture, with its seed.
   * @param corner of the picture that was edited, document space */
  take(recipe: EditRecipe, corner: Point): void {
    const { instruction, task, seed, fit, sampling, model } = recipe;
    const square = recipe.square && squareInDocument(recipe.square, corner);
    Object.assign(this, { task, instruction, seed, variants: 1, fit: fit ?? (square ? 'square' : 'auto'), square });
    this.isSeedLocked = true;
    this.#modelId = model?.id;
    this.#chosen = {};
    this.set(Object.fromEntries(Object.entries(sampling).filter(([, value]) => value !== undefined)));
  }
}

/** @param square in pixels of a picture @param corner of that picture, document space */
export const squareInDocument = ({ x, y, size }: Square, corner: Point): Square => ({
  ...{ x: x + corner.x, y: y + corner.y, size },
});
