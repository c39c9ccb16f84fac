import type { EditOrder } from '#common/contract/edit-order.ts';
import { drawnFreely, takesLikeliest } from '#common/contract/edit-request.ts';
import type { LayeredPicture } from '#common/contract/pictures.ts';
import { AppError } from '#common/contract/errors.ts';
import type { EditRecipe } from '#common/contract/recipe.ts';
import { layeredPicture } from '#common/document/layered-picture.ts';
import type { MapKind } from '#common/maps/condition-map.ts';
import { canvasOfVersion } from '#common/document/version-commands.ts';
import { projectId } from '#common/document/records.ts';
import type { Layer, Version, VersionId } from '#common/document/records.ts';
import { boundsOf } from '#common/geometry.ts';
import type { Extent } from '#common/geometry.ts';
import type { Selection } from '#common/raster/selection.ts';
import { selectionOf } from '../canvas/band-mask.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { AppState } from './app-state.ts';
import { recipeForFolder } from './batch-form.svelte.ts';
import type { JobSubject } from './job.svelte.ts';
import { sourceLayers } from './layered-picture.ts';
import { newSeed } from './new-seed.ts';
import { alone, isSameEdit, orderFrom, orderFromMap, orderFromRecipe, placementOf, selectionFrom } from './order.ts';
import { hasSampling } from './recipe-base.svelte.ts';
import { recipeFiles } from './recipe-files.ts';
import { recipeForElsewhere, recipeOfVersion } from './results.svelte.ts';

/** What a person can do about edits. Each rejects with what went wrong. */
export function createEditActions({
  document,
  engine,
  editSettings: settings,
  canvas,
  jobs,
  results,
  recipeBase,
  instructions,
  branch,
  batch,
  host,
  maps,
  layout,
  problems,
}: AppState) {
  /** Puts the selection where the engine can read it, in pixels of the picture that is edited. */
  async function sendSelection(): Promise<EditOrder['selection']> {
    const own = recipeBase.selectionOfRecipe(canvas.selection);
    if (own || !canvas.selection.mask) return own;
    const mask = recipeBase.onPicture(canvas.selection.mask);
    if (!mask) throw new AppError('selection-empty', { reason: t('edit.selectedElsewhere') });
    return { bounds: mask.bounds, strengths: await engine.require().blobs.put(mask.data) };
  }

  async function run(): Promise<void> {
    if (!canRun()) return;
    const { layers, version, canvas: part = document.store.require(projectId).canvas } = recipeBase;
    if (!settings.isSeedLocked) settings.rollSeed(); // before, so that the seed that is shown can still be locked
    const picture = layeredPicture(document.store, layers, part);
    const { task, instruction } = settings;
    const isFromMap = task !== 'edit' && maps.of(task) !== undefined;
    const carried = recipeBase.carried(canvas.selection);
    const parent = version ? version.parent : parentOf(layers);
    const subject = isFromMap
      ? { ...(await mapSubject(task, picture)), parent: null }
      : { order: { ...orderFrom(settings, picture, await sendSelection(), part), ...carried }, parent };
    instructions.add(instruction);
    await start({ ...subject, order: another(subject.order), above: version?.layer ?? null, canvas: part }, layers);
  }

  /** Whoever starts an edit looks at it; those who add one to others go on with what they look at. */
  async function start(subject: Omit<JobSubject, 'of'>, layers: readonly Layer[]): Promise<void> {
    if (!jobs.isBusy) results.watch();
    await jobs.add({ ...subject, of: layers.map(({ id }) => id) });
  }

  /** What is run never repeats a picture: where it would, it is drawn freely, or another seed is taken, and said. Repeating is asked for by
   * name. */
  function another(order: EditOrder): EditOrder {
    if (!isMade(order) && !recipeBase.isUnchanged(canvas.selection)) return order;
    const free = { ...order, sampling: drawnFreely(order.sampling) };
    if (takesLikeliest(order.sampling) && !isMade(free)) {
      sayDrawnFreely();
      return free;
    }
    freeSeed();
    return { ...free, seed: settings.seed, firstVariant: 0 };
  }

  const sayDrawnFreely = (): void => problems.notice(t('results.drawnFreely'), t('results.drawnFreelyMore'));

  const isMade = (order: EditOrder): boolean =>
    results.hasMade(order) || jobs.list.some(({ subject }) => isSameEdit(subject.order, order));

  function freeSeed(): void {
    settings.freeSeed();
    problems.notice(t('results.seedUnlocked'), t('results.seedUnlockedMore'));
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

  /** The edit of a version once more, of the picture it was made from. @param changes left out: another seed, drawn freely, since one that
   * always takes the likeliest heeds no seed */
  async function runAgain(version: Version, changes?: Partial<EditOrder>): Promise<void> {
    const store = document.store;
    const layers = sourceLayers(store, version, document.versions, results.layersOf(version));
    const recipe = recipeOfVersion(version);
    const part = canvasOfVersion(store, version);
    const again = alone(orderFromRecipe(recipe, layeredPicture(store, layers, part)), recipe.variant ?? 0);
    const { parent, layer: above } = version;
    const { condition } = recipe;
    const order = { ...again, ...(changes ?? { seed: newSeed(), sampling: drawnFreely(again.sampling) }) };
    await start({ order, parent, above, canvas: part, condition }, layers);
  }

  /** Lets a person choose how many rows of a result stay, which they look at meanwhile. */
  function beginBranch(version: Version): void {
    const part = canvasOfVersion(document.store, version);
    const ready = settings.models.find(({ id }) => id === version.model)?.ready;
    if (!ready) throw new Error(t('edit.modelGone', { model: version.model }));
    const { fit, square, task, selection } = recipeOfVersion(version);
    const where = selection && ('region' in selection ? selection.region : selection.bounds);
    const placement = placementOf(
      { fit: fit ?? (square ? 'square' : 'auto'), square, task },
      boundsOf(part),
      where ?? null,
      ready.imageSize,
    );
    if (!version.layer) results.offer(version);
    if (layout.showsMaps) layout.showPanel('edit'); // whose canvas shows which rows are kept
    branch.begin(version, placement, part, ready.grid);
  }

  /** Goes on below the kept rows, with the words and numbers that are set now. Where those would lead to the same rows, it is drawn freely or
   * another seed is taken, and said. */
  async function runBranch(): Promise<void> {
    const { version, rows, grid } = branch;
    if (!version) return;
    branch.end();
    const isRepeat = repeats(recipeOfVersion(version));
    if (isRepeat && takesLikeliest(settings.sampling)) sayDrawnFreely();
    else if (isRepeat) freeSeed();
    if (!settings.isSeedLocked) settings.rollSeed();
    const { instruction } = settings;
    const sampling = isRepeat ? drawnFreely(settings.sampling) : settings.sampling;
    const kept = version.ids.slice(0, rows * grid);
    const words = instruction.trim() === '' ? {} : { instruction };
    await runAgain(version, {
      ...words,
      sampling,
      seed: settings.seed,
      firstVariant: 0,
      kept,
    });
  }

  /** Whether the fields lead to the same rows as a recipe, below any that are kept. */
  function repeats(recipe: EditRecipe): boolean {
    const { instruction, seed, firstVariant = 0, variant = 0 } = recipe;
    const words = settings.instruction.trim();
    const isSameSeed = settings.isSeedLocked && settings.seed === seed && firstVariant + variant === 0;
    const isSame = isSameSeed || takesLikeliest(settings.sampling);
    return isSame && hasSampling(recipe, settings) && (words === '' || words === instruction.trim());
  }

  /** Puts the recipe of a version into the fields, to be changed and run on the picture it was made from, and brings them to the front. What
   * the recipe had selected is selected again. */
  async function takeRecipe(version: Version): Promise<void> {
    const recipe = recipeOfVersion(version);
    const part = canvasOfVersion(document.store, version);
    const selection = await selectedIn(recipe, part);
    if (recipe.task !== 'edit') maps.kind = recipe.task;
    layout.showPanel(recipe.task === 'edit' ? 'edit' : 'maps');
    canvas.selection.set(selection, part);
    recipeBase.take(version, selection);
  }

  async function selectedIn(recipe: EditRecipe, picture: Extent): Promise<Selection> {
    const selection = selectionFrom(recipe.selection);
    return selection ? await selectionOf(selection, picture, (id) => engine.require().blobs.get(id)) : null;
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
    const part = canvasOfVersion(document.store, version);
    const recipe = recipeForElsewhere(document.store, version);
    const files = await recipeFiles(recipe, version.title, part, engine.require());
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
