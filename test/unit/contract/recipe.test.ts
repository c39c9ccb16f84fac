import { describe, expect, test } from 'vitest';
import { zEditRequest } from '#common/contract/edit-request.ts';
import {
  canonicalJson,
  editFromRecipe,
  isMapRecipe,
  parseRecipe,
  recipeFromEdit,
  recipeHash,
} from '#common/contract/recipe.ts';
import type { EditRecipe } from '#common/contract/recipe.ts';

const least = { version: 1, instruction: 'make the car red' };
const editRecipe = (value: object): EditRecipe => {
  const recipe = parseRecipe({ ...least, ...value });
  if (isMapRecipe(recipe)) throw new Error('not an edit');
  return recipe;
};

test('a recipe written by hand needs its version and an instruction', () => {
  expect(parseRecipe(least)).toEqual({ ...least, task: 'edit', sampling: {}, seed: 0, variants: 1 });
});

test.each([
  [{ ...least, version: 2 }, /a newer version of this program wrote it \(form 2; 1 is known here\)/],
  [{ ...least, version: '1' }, /its version is .*this program knows 1/],
  [{ instruction: 'x' }, /version is missing/],
  [{ ...least, instruction: ' ' }, /say what to change/],
  [{ ...least, cgf: 3 }, /cgf/],
  [{ ...least, sampling: { cgf: 3 } }, /sampling.*cgf/],
  [{ ...least, seed: -1 }, /seed/],
  [{ ...least, condition: { kind: 'canny' } }, /only for the task/],
  [{ version: 1, extract: { kind: 'pose' } }, /extract\.kind/],
  [[], /not a JSON object/],
  ['text', /not a JSON object/],
])('refuses %j with the reason', (value, reason) => {
  expect(() => parseRecipe(value, 'r.json')).toThrow(reason);
});

test('a recipe of a map says how it is extracted', () => {
  expect(parseRecipe({ version: 1, extract: { kind: 'canny', low: 50 } })).toEqual({
    ...{ version: 1, extract: { kind: 'canny', detector: 'opencv', low: 50 } },
  });
});

const requests = [
  { sampling: { cfg: 2.5, topK: 0 }, seed: 7, variants: 3, fit: 'square' },
  { selection: { region: { x: 1, y: 2, width: 30, height: 40 } }, model: 'mini', kept: [1, 2, 3, 4] },
  { task: 'canny', instruction: '' },
  { crop: { x: 5, y: 6, width: 70, height: 80 }, selection: { region: { x: 1, y: 2, width: 30, height: 40 } } },
];

test.each(requests)('a request becomes a recipe and the same request again: %j', (more) => {
  const request = zEditRequest.parse({ image: '/photos/car.jpg', out: 'o.png', instruction: 'make it red', ...more });
  const recipe = parseRecipe(JSON.parse(JSON.stringify(recipeFromEdit(request, request.image))));
  expect(recipe).toMatchObject({ image: 'car.jpg' });
  const { image, out } = request;
  expect(zEditRequest.parse({ ...editFromRecipe(recipe as EditRecipe), image, out })).toEqual(request);
});

test('of a mask and of a model folder only names are told, and the mask is asked for when it is used', () => {
  const request = zEditRequest.parse({
    ...{
      image: 'a.png',
      out: 'o.png',
      instruction: 'x',
      model: '/home/me/packs/big',
      selection: { mask: 'C:\\m\\mask.png' },
    },
  });
  const recipe = recipeFromEdit(request);
  expect(recipe).toMatchObject({ model: { id: 'big' }, selection: { mask: 'mask.png' } });
  expect(() => editFromRecipe(recipe)).toThrow(/needs the mask mask\.png/);
  expect(editFromRecipe(recipe, '/elsewhere/m.png').selection).toEqual({ mask: '/elsewhere/m.png' });
});

describe('the hash', () => {
  test('does not depend on the order of keys or the name of the picture', async () => {
    const one = editRecipe({ sampling: { cfg: 3, topP: 1 }, image: 'a.jpg' });
    const other = editRecipe({ image: 'b.jpg', sampling: { topP: 1, cfg: 3 } });
    expect(await recipeHash(one)).toMatch(/^[0-9a-f]{64}$/);
    expect(await recipeHash(one)).toBe(await recipeHash(other));
  });

  test.each([{ seed: 1 }, { instruction: 'make the car red ' }, { fit: 'square' }, { variants: 2 }, { kept: [1] }])(
    'changes with %j',
    async (change) => {
      expect(await recipeHash(editRecipe(change))).not.toBe(await recipeHash(editRecipe({})));
    },
  );

  test('is SHA-256 of canonical JSON', async () => {
    expect(canonicalJson({ b: [{ d: 1, c: 'é' }], a: 1e21, '': null })).toBe(
      '{"":null,"a":1e+21,"b":[{"c":"é","d":1}]}',
    );
    const recipe = parseRecipe({ version: 1, extract: { kind: 'depth' } });
    // printf '{"extract":{"kind":"depth"},"version":1}' | sha256sum
    expect(await recipeHash(recipe)).toBe('89583e9915b516dbbccd0a0adc3816aab6244a857bd5ceaf865d6e7e47cfeb0d');
  });
});
