import type { Making } from '#common/contract/documents.ts';
import { isMapRecipe, parseRecipe } from '#common/contract/recipe.ts';
import type { EditRecipe } from '#common/contract/recipe.ts';
import { projectId } from '#common/document/records.ts';
import type { Bounds } from '#common/geometry.ts';
import { selectionOf } from '../canvas/band-mask.ts';
import { chooseText } from '../host/browser-dialogs.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { AppState } from './app-state.ts';
import type { Deed } from './problems.svelte.ts';
import { parsedJson } from './recipe-files.ts';

type Parts = Pick<
  AppState,
  'canvas' | 'document' | 'editSettings' | 'engine' | 'layout' | 'maps' | 'problems' | 'recipeBase'
>;

/** Takes over recipes and words that do not come from this document's history, for the picture that is open. */
export function createRecipeActions(app: Parts) {
  const { canvas, document, editSettings: settings, engine, layout, maps, problems, recipeBase } = app;

  /** The recipe of a file that the person chooses. Rejects with what is wrong with it. */
  async function openRecipe(): Promise<void> {
    const file = await chooseText('json');
    if (file) await useRecipe(parsedJson(file.text), file.name);
  }

  /** Puts a recipe into the fields, and what it had selected into the selection where that can be told.
   * @param from its file, for the error */
  async function useRecipe(value: unknown, from?: string): Promise<void> {
    const recipe = parseRecipe(value, from);
    if (isMapRecipe(recipe)) throw new Error(t('edit.recipeOfMaps'));
    const part = partOf(recipe);
    showTask(recipe.task);
    settings.take(recipe, part);
    await select(recipe.selection, part);
    const model = recipe.model?.id;
    if (model !== undefined && settings.model?.id !== model) {
      const used = settings.model?.title ?? '';
      problems.notice(t('edit.otherModel', { model }), t('edit.otherModelMore', { used }));
    }
  }

  /** Puts words into the box, as what to change. */
  function useWords(words: string): void {
    showTask('edit');
    Object.assign(settings, { task: 'edit', instruction: words });
  }

  function showTask(task: EditRecipe['task']): void {
    recipeBase.end();
    if (task !== 'edit') maps.kind = task;
    layout.showPanel(task === 'edit' ? 'edit' : 'maps');
  }

  /** What of the open picture the coordinates of a recipe count from, document space. A picture that was exported with the recipe was
   * cropped already: it has the size of the crop. */
  function partOf({ crop }: EditRecipe): Bounds {
    const { canvas: whole } = document.store.require(projectId);
    const isCropped = crop?.width === whole.width && crop.height === whole.height;
    return crop && !isCropped ? { ...crop, x: whole.x + crop.x, y: whole.y + crop.y } : whole;
  }

  /** A painted selection is another file or lies in another project: it is left to the person, and that is said. */
  async function select(selection: EditRecipe['selection'], part: Bounds): Promise<void> {
    if (!selection) return canvas.selection.set(null);
    if ('mask' in selection) return problems.notice(t('edit.selectionElsewhere'), t('edit.selectAgain'));
    canvas.selection.set(await selectionOf(selection, part, (id) => engine.require().blobs.get(id)), part);
  }

  /** What can be done with what a picture tells of how it was made; undefined: nothing. */
  function deedOf({ recipe, prompt }: Making): Deed | undefined {
    if (recipe) return { label: t('edit.useRecipe'), run: () => useRecipe(recipe) };
    return prompt === '' ? undefined : { label: t('edit.useWords'), run: () => useWords(prompt) };
  }

  /** Says that the picture that was just opened tells it. */
  function offerMaking(): void {
    const deed = document.making && deedOf(document.making);
    if (deed) problems.offer(t('edit.makingFound'), deed);
  }

  return { openRecipe, useRecipe, deedOf, offerMaking };
}
