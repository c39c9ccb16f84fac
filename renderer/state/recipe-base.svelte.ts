import { visibleLayers } from '#common/document/layered-picture.ts';
import type { Layer, LayerId, Version, VersionId } from '#common/document/records.ts';
import { canvasOfVersion } from '#common/document/version-commands.ts';
import type { EditOrder } from '#common/contract/edit-order.ts';
import { takesLikeliest } from '#common/contract/edit-request.ts';
import type { EditRecipe } from '#common/contract/recipe.ts';
import { isSameBounds } from '#common/geometry.ts';
import type { Bounds } from '#common/geometry.ts';
import { moveSelection } from '#common/raster/selection.ts';
import type { Selection } from '#common/raster/selection.ts';
import type { DocumentState } from './document.svelte.ts';
import { squareInDocument } from './edit-settings.svelte.ts';
import type { EditSettings } from './edit-settings.svelte.ts';
import { sourceLayers } from './layered-picture.ts';
import { selectionFrom } from './order.ts';
import { recipeOfVersion } from './results.svelte.ts';
import type { ResultsState } from './results.svelte.ts';
import type { SelectionState } from './selection.svelte.ts';

/** Whose recipe is in the fields. What is run then is run on the picture it was made from, until a person goes back to the present one. */
export class RecipeBase {
  #taken = $state.raw<{ readonly id: VersionId; readonly selection: Selection; readonly wasLocked: boolean }>();
  readonly #document: DocumentState;
  readonly #results: ResultsState;
  readonly #settings: EditSettings;

  constructor(document: DocumentState, results: ResultsState, settings: EditSettings) {
    [this.#document, this.#results, this.#settings] = [document, results, settings];
  }

  /** Undefined: what is run is run on the present picture. */
  version: Version | undefined = $derived.by(() => {
    const { task } = this.#settings;
    return task === 'edit' ? this.#document.versions.find(({ id }) => id === this.#taken?.id) : undefined;
  });
  /** What the next edit is of, from the bottom up. */
  layers: readonly Layer[] = $derived.by(() => {
    const { isOpen, layers, versions } = this.#document;
    if (!isOpen || layers.length === 0) return [];
    const { store } = this.#document;
    const { version } = this;
    return version ? sourceLayers(store, version, versions, this.#results.layersOf(version)) : visibleLayers(store);
  });
  /** The part of the document that the next edit is of, document space. */
  canvas: Bounds | undefined = $derived.by(() => {
    const { project } = this.#document;
    return this.version ? canvasOfVersion(this.#document.store, this.version) : project?.canvas;
  });
  /** Whether that is another picture than the one that is seen. */
  isOther: boolean = $derived.by(() => {
    const { project } = this.#document;
    if (!this.version || !this.canvas || !project) return false;
    if (!isSameBounds(this.canvas, project.canvas)) return true;
    const seen = visibleLayers(this.#document.store);
    return seen.length !== this.layers.length || seen.some(({ id }, place) => id !== this.layers[place]?.id);
  });
  #recipe: EditRecipe | undefined = $derived(this.version && recipeOfVersion(this.version));

  /** Puts a recipe into the fields, with its seed locked. @param selection what it had selected, as it was given to `SelectionState` */
  take(version: Version, selection: Selection): void {
    const wasLocked = this.#taken?.wasLocked ?? this.#settings.isSeedLocked;
    this.#settings.take(recipeOfVersion(version), canvasOfVersion(this.#document.store, version));
    this.#taken = { id: version.id, selection, wasLocked };
  }

  /** Goes back to the present picture. A seed that was locked for the recipe is free again. */
  end(): void {
    if (this.#taken && this.#settings.seed === this.#recipe?.seed) this.#settings.isSeedLocked = this.#taken.wasLocked;
    this.#taken = undefined;
  }

  /** A result that became a layer is what the next edit goes on from. @param place the layer in whose place it is */
  accepted({ id, parent }: Version, place: LayerId | null): void {
    const base = this.version;
    if (base && (base.id === id || (base.parent === parent && base.layer === place))) this.end();
  }

  /** Whether nothing was changed, so that the same picture would be made again. */
  isUnchanged(selection: SelectionState): boolean {
    const [recipe, settings] = [this.#recipe, this.#settings];
    if (!recipe) return false;
    const isSameSeed = settings.isSeedLocked && settings.seed === recipe.seed;
    if (!isSameSeed && !takesLikeliest(settings.sampling)) return false;
    const isSame = settings.instruction.trim() === recipe.instruction.trim() && settings.variants === 1;
    return isSame && hasSampling(recipe, settings) && this.#looksAtTheSame(selection);
  }

  /** What an edit of this recipe has besides what is in the fields: the number of the variant while the seed is the same, and rows that were
   * kept while the model looks at the same part. */
  carried(selection: SelectionState): Pick<EditOrder, 'firstVariant' | 'kept'> {
    const recipe = this.#recipe;
    if (!recipe) return { firstVariant: 0 };
    return {
      firstVariant: this.#settings.seed === recipe.seed ? (recipe.firstVariant ?? 0) + (recipe.variant ?? 0) : 0,
      ...(recipe.kept && this.#looksAtTheSame(selection) && { kept: recipe.kept }),
    };
  }

  /** What the recipe had selected, in pixels of its picture, whatever was cropped away of it since; undefined where a person changed it. */
  selectionOfRecipe(selection: SelectionState): EditOrder['selection'] {
    return this.#isItsSelection(selection) ? selectionFrom(this.#recipe?.selection) : undefined;
  }

  /** What is selected on the canvas, in pixels of the picture that the next edit is of; null: nothing of it. */
  onPicture(mask: Selection): Selection {
    const [from, to] = [this.#document.project?.canvas, this.canvas];
    if (!mask || !from || !to) return null;
    return isSameBounds(from, to) ? mask : moveSelection(mask, { x: from.x - to.x, y: from.y - to.y }, to);
  }

  /** The bounds of what the next edit has selected, in pixels of its picture. */
  selectedPart(selection: SelectionState): Bounds | null {
    const own = this.selectionOfRecipe(selection);
    if (own) return 'region' in own ? own.region : own.bounds;
    return this.onPicture(selection.mask)?.bounds ?? null;
  }

  #isItsSelection(selection: SelectionState): boolean {
    return this.version !== undefined && selection.original === this.#taken?.selection;
  }

  #looksAtTheSame(selection: SelectionState): boolean {
    const [recipe, { fit, square, model }] = [this.#recipe, this.#settings];
    const fitOfRecipe = recipe?.fit ?? (recipe?.square ? 'square' : 'auto');
    const isSameModel = recipe?.model === undefined || recipe.model.id === model?.id;
    const own = recipe?.square && this.canvas && squareInDocument(recipe.square, this.canvas);
    const isSameSquare = JSON.stringify(square) === JSON.stringify(own);
    return isSameModel && isSameSquare && fit === fitOfRecipe && this.#isItsSelection(selection);
  }
}

/** Whether the numbers in the fields are those of a recipe. */
export const hasSampling = ({ sampling }: EditRecipe, settings: EditSettings): boolean =>
  Object.entries(settings.sampling).every(
    ([name, value]) => (sampling[name as keyof typeof sampling] ?? value) === value,
  );
