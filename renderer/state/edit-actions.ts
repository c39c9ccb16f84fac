import type { EditOrder } from '#common/contract/edit-order.ts';
import type { LayeredPicture } from '#common/contract/pictures.ts';
import { layeredPicture, visibleLayers } from '#common/document/layered-picture.ts';
import type { MapKind } from '#common/maps/condition-map.ts';
import { projectId } from '#common/document/records.ts';
import type { Layer, Version, VersionId } from '#common/document/records.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { AppState } from './app-state.ts';
import { recipeForFolder } from './batch-form.svelte.ts';
import type { JobSubject } from './job.svelte.ts';
import { layersBelow } from './layered-picture.ts';
import { newSeed } from './new-seed.ts';
import { alone, orderFrom, orderFromMap, orderFromRecipe, placementOf } from './order.ts';
import type { SentSelection } from './order.ts';
import { recipeFiles } from './recipe-files.ts';
import { recipeOfVersion } from './results.svelte.ts';

/** What a person can do about edits. Each rejects with what went wrong. */
export function createEditActions({
  document,
  engine,
  editSettings: settings,
  canvas,
  jobs,
  instructions,
  branch,
  batch,
  host,
  maps,
  layout,
  problems,
}: AppState) {
  /** Puts the selection where the engine can read it. */
  async function sendSelection(): Promise<SentSelection | undefined> {
    const { mask } = canvas.selection;
    return mask ? { bounds: mask.bounds, strengths: await engine.require().blobs.put(mask.data) } : undefined;
  }

  async function run(): Promise<void> {
    if (!canRun()) return;
    const store = document.store;
    const layers = visibleLayers(store);
    if (!settings.isSeedLocked) settings.rollSeed(); // before, so that the seed that is shown can still be locked
    const picture = layeredPicture(store, layers);
    const { task, instruction } = settings;
    const isFromMap = task !== 'edit' && maps.of(task) !== undefined;
    const subject = isFromMap
      ? { ...(await mapSubject(task, picture)), parent: null }
      : { order: orderFrom(settings, picture, await sendSelection()), parent: parentOf(layers) };
    instructions.add(instruction);
    await jobs.add({ ...subject, above: null });
  }

  /** Painting from a map of the document. The engine gets the map as the model will see it, which the recipe then names. */
  async function mapSubject(kind: MapKind, canvas: LayeredPicture): Promise<Pick<JobSubject, 'order' | 'condition'>> {
    const { map, condition } = maps.forModel(kind, settings.model!.ready!.imageSize);
    const services = engine.require();
    const blob = await services.blobs.put(await services.maps.write(map));
    return { order: orderFromMap(settings, blob, canvas), condition };
  }

  function canRun(): boolean {
    if (engine.status !== 'ready' || !document.project) return false;
    const { task, instruction } = settings;
    if (task === 'edit') return instruction.trim() !== '';
    return maps.of(task) ? maps.isReady(task) : !layout.showsMaps && document.layers.length > 0; // the picture is the map
  }

  /** The edit of a version once more, of the picture it was made from. @param seed left out: another one */
  async function runAgain(version: Version, changes: Partial<EditOrder> = { seed: newSeed() }): Promise<void> {
    const store = document.store;
    const above = version.layer;
    const layers = above ? layersBelow(store, above) : visibleLayers(store);
    const recipe = recipeOfVersion(version);
    const again = alone(orderFromRecipe(recipe, layeredPicture(store, layers)), recipe.variant ?? 0);
    const { condition } = recipe;
    await jobs.add({ order: { ...again, ...changes }, parent: version.parent, above, condition });
  }

  /** Lets a person choose how many rows of a result stay. */
  function beginBranch(version: Version): void {
    const { canvas: bounds } = document.store.require(projectId);
    const ready = settings.models.find(({ id }) => id === version.model)?.ready;
    if (!ready) throw new Error(t('edit.modelGone', { model: version.model }));
    const { fit, square, task, selection } = recipeOfVersion(version);
    const where = selection && ('region' in selection ? selection.region : selection.bounds);
    const placement = placementOf(
      { fit: fit ?? (square ? 'square' : 'auto'), square, task },
      bounds,
      where ?? null,
      ready.imageSize,
    );
    if (layout.showsMaps) layout.showPanel('edit'); // whose canvas shows which rows are kept
    branch.begin(version, placement, ready.grid);
  }

  /** Goes on below the kept rows, with the words and numbers that are set now. */
  async function runBranch(): Promise<void> {
    const { version, rows, grid } = branch;
    if (!version) return;
    const { instruction, sampling } = settings;
    branch.end();
    const kept = version.ids.slice(0, rows * grid);
    const words = instruction.trim() === '' ? {} : { instruction };
    await runAgain(version, {
      ...words,
      sampling,
      seed: settings.isSeedLocked ? settings.seed : newSeed(),
      firstVariant: 0,
      kept,
    });
  }

  /** Puts the recipe of a version into the fields, to be changed and run, and brings them to the front. */
  function takeRecipe(version: Version): void {
    const recipe = recipeOfVersion(version);
    if (recipe.task !== 'edit') maps.kind = recipe.task;
    layout.showPanel(recipe.task === 'edit' ? 'edit' : 'maps');
    settings.take(recipe);
  }

  /** Takes the recipe of a version to the batch, for whole folders. */
  function runOnFolder(version: Version): void {
    const recipe = recipeOfVersion(version);
    batch.form.take(recipeForFolder(recipe));
    if (recipe.selection) problems.notice(t('batch.selectionLeft'));
    layout.view = 'batch';
  }

  /** Writes the recipe of a version as a file that replays it: here, on the command line, in a batch. */
  async function saveRecipe(version: Version): Promise<void> {
    const { canvas: extent } = document.store.require(projectId);
    const files = await recipeFiles(recipeOfVersion(version), version.title, extent, engine.require());
    for (const file of files) if (!(await host.dialogs.savePicture(file))) return;
  }

  return { run, canRun, runAgain, beginBranch, runBranch, takeRecipe, runOnFolder, saveRecipe };
}

/** The version that a picture of these layers shows: that of the topmost layer that is an edit. */
const parentOf = (layers: readonly Layer[]): VersionId | null =>
  layers.findLast(({ version }) => version)?.version ?? null;

/** A layer that came from an edit, and the edit. */
export const versionOfLayer = (layer: Layer, versions: readonly Version[]): Version | undefined =>
  versions.find(({ id }) => id === layer.version);
