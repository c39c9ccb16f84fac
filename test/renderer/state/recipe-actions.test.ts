import { expect, test } from 'vitest';
import type { Making } from '#common/contract/documents.ts';
import { createRecipeActions } from '../../../renderer/state/recipe-actions.ts';
import { blob } from '../fake-host.ts';
import { start } from './editing.ts';

const sampling = { cfg: 2, temperature: 0.5, topK: 10, topP: 0.9 };
const recipe = {
  ...{ version: 1, task: 'edit', instruction: 'make the hat red', seed: 41, sampling, fit: 'selection' },
  ...{ selection: { region: { x: 1, y: 2, width: 4, height: 5 } }, model: { id: 'mini' } },
};

async function opened(making: Making) {
  const app = await start();
  app.host.documents.making = making;
  await app.actions.open({ name: 'other.png', bytes: new Uint8Array(1) });
  return { ...app, ...createRecipeActions(app) };
}

test('a picture that tells its recipe offers it, and it is taken over for this picture', async () => {
  const { canvas, deedOf, document, editSettings, problems } = await opened({
    ...{ recipe, prompt: 'make the hat red', negativePrompt: '', fields: {} },
  });
  expect(problems.list).toMatchObject([
    { title: 'This picture tells how it was made.', action: { label: 'Use this recipe' } },
  ]);
  const { canvas: whole } = document.project!;
  canvas.selection.setPicture(whole, whole);
  await deedOf(document.making!)!.run();
  expect(editSettings).toMatchObject({
    instruction: 'make the hat red',
    seed: 41,
    isSeedLocked: true,
    sampling,
    fit: 'selection',
  });
  expect(canvas.selection.mask?.bounds).toEqual(recipe.selection.region);
});

test('a recipe of a cropped photo counts from its crop in that photo, and from the corner in the picture that was exported', async () => {
  const { canvas, document, useRecipe } = await opened(null as never);
  const { canvas: whole } = document.project!; // 9 × 9
  canvas.selection.setPicture(whole, whole);
  await useRecipe({ ...recipe, crop: { x: 3, y: 1, width: 6, height: 8 } });
  expect(canvas.selection.mask?.bounds).toEqual({ x: 4, y: 3, width: 4, height: 5 });
  await useRecipe({ ...recipe, crop: { x: 30, y: 10, width: 9, height: 9 } });
  expect(canvas.selection.mask?.bounds).toEqual(recipe.selection.region);
});

test('of another program’s picture only the words are taken: its numbers mean something else there', async () => {
  const { deedOf, document, editSettings } = await opened({
    ...{ recipe: null, prompt: 'a red hat', negativePrompt: 'blurry', fields: { Seed: 7, 'CFG scale': 9 } },
  });
  const { seed, sampling: own } = editSettings;
  await deedOf(document.making!)!.run();
  expect(editSettings).toMatchObject({ instruction: 'a red hat', task: 'edit', seed, sampling: own });
});

test('a recipe says what of it cannot be taken over: another model, a painted selection, a recipe for maps', async () => {
  const { app, deedOf, editSettings, problems } = await opened({
    ...{ recipe: null, prompt: '', negativePrompt: '', fields: { Steps: 20 } },
  });
  expect(problems.list).toEqual([]);
  const use = (changed: object) =>
    deedOf({
      recipe: { ...recipe, ...changed } as Making['recipe'],
      prompt: '',
      negativePrompt: '',
      fields: {},
    })!.run();
  await use({ model: { id: 'large' }, selection: { mask: blob } });
  expect(editSettings.instruction).toBe('make the hat red');
  expect(problems.list.map(({ title }) => title)).toEqual([
    'The recipe had a painted selection, which is not in this file.',
    'The recipe was made with the model large, which is not installed.',
  ]);
  const { useRecipe } = createRecipeActions(app);
  await expect(useRecipe({ version: 1, extract: { kind: 'canny' } })).rejects.toThrow('makes maps');
  await expect(useRecipe(undefined, 'x.json')).rejects.toMatchObject({ code: 'recipe-invalid' });
});
