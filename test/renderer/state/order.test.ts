import { describe, expect, test } from 'vitest';
import { exportName } from '../../../renderer/state/document.svelte.ts';
import { InstructionHistory } from '../../../renderer/state/instruction-history.svelte.ts';
import {
  cliCommandOf,
  orderFrom,
  orderFromMap,
  orderFromRecipe,
  placementOf,
  recipeFrom,
} from '../../../renderer/state/order.ts';
import type { BlobId } from '#common/contract/blobs.ts';
import type { LayeredPicture } from '#common/contract/pictures.ts';

const picture: LayeredPicture = {
  ...{ name: 'photo.jpg', extent: { width: 300, height: 200 }, depth: 8, profile: null, layers: [] },
};
const sampling = { cfg: 3, temperature: 1, topK: 1000, topP: 1 };
const settings: Parameters<typeof orderFrom>[0] & Parameters<typeof placementOf>[0] = {
  ...{ instruction: "the dog's ball", task: 'edit', seed: 7, variants: 2, fit: 'auto', device: 'auto', sampling },
  ...{ square: undefined, model: undefined },
};
const strengths = 'a'.repeat(64) as BlobId;
const selection = { bounds: { x: 10, y: 20, width: 30, height: 40 }, strengths };

describe('an order', () => {
  test('leaves to the engine what a person did not choose', () => {
    expect(orderFrom(settings, picture)).toEqual({
      ...{ picture, instruction: "the dog's ball", task: 'edit', seed: 7, variants: 2, firstVariant: 0 },
      ...{ device: 'auto', sampling },
    });
  });

  test('has no selection for a map, and no fit around a selection that is not there', () => {
    expect(orderFrom({ ...settings, task: 'depth' }, picture, selection)).not.toHaveProperty('selection');
    expect(orderFrom({ ...settings, fit: 'selection' }, picture)).not.toHaveProperty('fit');
    expect(orderFrom({ ...settings, fit: 'selection' }, picture, selection)).toMatchObject({
      fit: 'selection',
      selection,
    });
  });

  test('to paint from a map lays the picture over the whole canvas, in its samples, and survives the way into a recipe', () => {
    const map = 'c'.repeat(64) as BlobId;
    const canvas = { ...picture, depth: 16 as const, profile: strengths };
    const wanted = { ...settings, task: 'canny' as const, fit: 'square' as const, square: { x: 1, y: 2, size: 90 } };
    const order = orderFromMap(wanted, map, canvas);
    const bounds = { x: 0, y: 0, width: 300, height: 200 };
    expect(order).toEqual({
      ...{
        instruction: "the dog's ball",
        task: 'canny',
        seed: 7,
        variants: 2,
        firstVariant: 0,
        device: 'auto',
        sampling,
      },
      ...{ picture: { blob: map, name: 'photo.jpg' }, target: { bounds, depth: 16, profile: strengths } },
    });
    const condition = { kind: 'canny', detector: 'editar', low: 0.1, high: 0.2 } as const;
    const recipe = recipeFrom(order, sampling, 1, condition);
    expect(recipe).toMatchObject({ map: { picture: map, bounds }, condition, image: 'photo.jpg', variant: 1 });
    expect(orderFromRecipe(recipe, canvas)).toEqual(order);
    expect(orderFrom({ ...settings, task: 'depth' }, canvas)).toMatchObject({ picture: canvas, target: { bounds } });
  });

  test('survives the way into a recipe and back', () => {
    const square = { x: 1, y: 2, size: 90 };
    for (const order of [
      orderFrom(settings, picture, selection),
      orderFrom({ ...settings, fit: 'square', square }, picture),
    ]) {
      expect(orderFromRecipe(recipeFrom(order, sampling, 1), picture)).toEqual(order);
    }
  });
});

test('the model looks around a selection, at the whole picture, or where the square was placed', () => {
  const at = (
    more: Partial<Parameters<typeof placementOf>[0]>,
    bounds = selection.bounds as typeof selection.bounds | null,
  ) => placementOf({ ...settings, ...more }, { x: 0, y: 0, ...picture.extent }, bounds, 128).source;
  expect(at({}, null)).toEqual({ x: 0, y: -50, width: 300, height: 300 });
  expect(at({}).width).toBe(128);
  expect(at({ fit: 'whole' }).width).toBe(300);
  expect(at({ fit: 'square', square: { x: 5, y: 6, size: 50 } })).toEqual({ x: 5, y: 6, width: 50, height: 50 });
  expect(at({ task: 'canny' }).width).toBe(300);
});

test('a recipe can be run from the command line', () => {
  const recipe = recipeFrom({ ...orderFrom(settings, picture), model: 'mini' }, sampling, 1);
  expect(cliCommandOf(recipe, 'my photo.jpg')).toBe(
    `editar edit 'my photo.jpg' -i 'the dog'\\''s ball' -o 'my photo edited.png' --model mini --cfg 3 --temperature 1 --top-k 1000 --top-p 1 --seed 7 --first-variant 1`,
  );
});

test('a command of an edit of a part of the photo cuts that part out first', () => {
  const selected = { region: { x: 1, y: 2, width: 3, height: 4 } };
  const recipe = recipeFrom({ ...orderFrom(settings, picture), selection: selected }, sampling, 0);
  const command = cliCommandOf({ ...recipe, crop: { x: 10, y: 20, width: 30, height: 40 } }, 'photo.jpg');
  expect(command).toContain(' --crop 10,20,30,40 --region 1,2,3,4');
});

describe('earlier instructions', () => {
  test('are found by any of their words, the last one first, and survive the page', () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, text: string) => void kept.set(key, text),
    };
    const history = new InstructionHistory(storage);
    for (const text of ['make the sky red', ' remove the Lamp ', 'make the sky red', '  ']) history.add(text);
    expect(history.list).toEqual(['make the sky red', 'remove the Lamp']);
    expect(new InstructionHistory(storage).find('lamp remove')).toEqual(['remove the Lamp']);
  });

  test('of a damaged or full storage are forgotten, not fatal', () => {
    const refuse = () => {
      throw new Error('QuotaExceededError');
    };
    const history = new InstructionHistory({ getItem: () => '{"not":"a list"}', setItem: refuse });
    history.add('x');
    expect(history.list).toEqual(['x']);
  });
});

test.each([
  ['photo.jpg', 'png', 'photo edited.png'],
  ['photo edited.ora', 'jpeg', 'photo edited.jpg'],
  ['a.b.tiff', 'tiff', 'a.b edited.tiff'],
  ['noending', 'ora', 'noending edited.ora'],
] as const)('what is exported of %s as %s is called %s', (name, format, edited) => {
  expect(exportName(name, format)).toBe(edited);
});

test('a name that is as long as disks allow is cut where what is added would be too much', () => {
  const cut = exportName(`${'🌲'.repeat(62)}.png`, 'png');
  expect(cut).toBe(`${'🌲'.repeat(61)} edited.png`); // 255 bytes
});
