import { describe, expect, test } from 'vitest';
import { zBatchOptions } from '#common/contract/batch.ts';
import { parseRecipe } from '#common/contract/recipe.ts';
import { planItems, settleNames } from '#node/batch/batch-plan.ts';
import { nameKey } from '#node/batch/naming.ts';
import { pairFiles } from '#node/batch/pairing.ts';

const facts = { model: 'mini', cfg: 3, date: '2030-01-02' };
const edit = parseRecipe({ version: 1, instruction: 'make it red', seed: 5 });
const depth = parseRecipe({ version: 1, task: 'depth', instruction: 'a red car' });
const plan = (files: readonly string[], options: object = {}, recipe = edit) =>
  planItems({ files, recipe, options: zBatchOptions.parse(options), facts });
const outputs = (...given: Parameters<typeof plan>): string[] => plan(...given).map(({ output }) => output);

test('every picture is an item with the name of its own and its own format where that can be written', () => {
  expect(plan(['a.jpg', 'b.heic', 'sub/c.TIF'])).toEqual([
    { index: 1, input: 'a.jpg', output: 'a.jpg' },
    { index: 2, input: 'b.heic', output: 'b.png' },
    { index: 3, input: 'sub/c.TIF', output: 'sub/c.tif' },
  ]);
});

test('names and formats are chosen', () => {
  const files = Array.from({ length: 12 }, (_, i) => `${i + 10}.jpg`);
  const named = outputs(files, { name: '{date}/{index}-{stem}-{seed}-{cfg}-{model}', format: 'png' });
  expect(named[0]).toBe('2030-01-02/01-10-5-3-mini.png');
  expect(named[11]).toBe('2030-01-02/12-21-5-3-mini.png');
});

describe('choosing', () => {
  const files = ['a.jpg', 'b.png', 'raw/a.tif', 'raw/deep/d.jpg'];
  test.each([
    [{ include: ['*.jpg'] }, ['a.jpg', 'raw/deep/d.jpg']],
    [{ include: ['raw/**'] }, ['raw/a.tif', 'raw/deep/d.jpg']],
    [{ include: ['*.{JPG,png}'], exclude: ['raw/**'] }, ['a.jpg', 'b.png']],
    [{ exclude: ['a.*'] }, ['b.png', 'raw/deep/d.jpg']],
    [{ limit: 2 }, ['a.jpg', 'b.png']],
  ])('%j', (options, chosen) => {
    expect(plan(files, options).map(({ input }) => input)).toEqual(chosen);
  });

  test('sizes: the first rule that matches', () => {
    const sizes = [
      { glob: 'raw/**', fit: 'square' },
      { glob: '*.jpg', fit: 'whole' },
    ];
    expect(plan(files, { sizes }).map(({ fit }) => fit)).toEqual(['whole', undefined, 'square', 'square']);
  });
});

describe('pairing', () => {
  test('maps beside a photo are no pictures of their own; without it they are', () => {
    const inputs = pairFiles(['a.jpg', 'a.depth.png', 'a.mask.png', 'b.canny.png'], edit).map(({ input }) => input);
    expect(inputs).toEqual(['a.jpg', 'b.canny.png']);
  });

  test('a task that paints from maps takes the map beside the photo, or a map alone', () => {
    expect(pairFiles(['x/a.jpg', 'x/a.depth.png', 'x/a.canny.png', 'b.depth.png', 'c.jpg'], depth)).toEqual([
      { input: 'x/a.jpg', stem: 'a', map: 'x/a.depth.png' },
      { input: 'b.depth.png', stem: 'b', map: 'b.depth.png' },
      { input: 'c.jpg', stem: 'c' }, // its map is missing, which is said when it is its turn
    ]);
  });

  test('where no file is named as a map, all are maps', () => {
    expect(pairFiles(['a.png', 'b.png'], depth)).toEqual([
      { input: 'a.png', stem: 'a', map: 'a.png' },
      { input: 'b.png', stem: 'b', map: 'b.png' },
    ]);
  });

  test('a recipe with a mask finds the one of each photo', () => {
    const masked = parseRecipe({ version: 1, instruction: 'x', selection: { mask: 'm.png' } });
    expect(plan(['a.jpg', 'a.mask.png'], {}, masked)).toEqual([
      { index: 1, input: 'a.jpg', mask: 'a.mask.png', output: 'a.jpg' },
    ]);
  });

  test('maps are named after the photo and what they are', () => {
    const segmentation = parseRecipe({ version: 1, extract: { kind: 'segmentation' } });
    expect(outputs(['a.jpg', 'sub/b.png'], {}, segmentation)).toEqual(['a.seg.png', 'sub/b.seg.png']);
  });
});

describe('collisions', () => {
  const taken = new Map([['.', new Set(['a.jpg', 'a_2.jpg', 'B.JPG'].map(nameKey))]]);
  const settle = (files: readonly string[], rule: 'number' | 'skip' | 'overwrite', variants = 1) => {
    const { items, exist } = settleNames(plan(files), { taken, rule, variants });
    return { outputs: items.map(({ output }) => output), exist: [...exist] };
  };

  test('number: the next free name, whatever its case', () => {
    expect(settle(['a.jpg', 'b.jpg', 'c.jpg'], 'number')).toEqual({
      outputs: ['a_3.jpg', 'b_2.jpg', 'c.jpg'],
      exist: [],
    });
  });

  test('skip and overwrite', () => {
    expect(settle(['a.jpg', 'c.jpg'], 'skip')).toEqual({ outputs: ['a.jpg', 'c.jpg'], exist: [1] });
    expect(settle(['a.jpg', 'c.jpg'], 'overwrite')).toEqual({ outputs: ['a.jpg', 'c.jpg'], exist: [] });
  });

  test.each(['number', 'skip', 'overwrite'] as const)('two items of one batch never share a name: %s', (rule) => {
    const items = plan(['x.heic', 'x.gif', 'X.png'], { format: 'same' });
    const { items: settled } = settleNames(items, { taken: new Map(), rule, variants: 1 });
    expect(settled.map(({ output }) => output)).toEqual(['x.png', 'x_2.png', 'X_3.png']);
  });

  test.each(['number', 'skip', 'overwrite'] as const)(
    'in the folder of the inputs none is written over: %s',
    (rule) => {
      const inputs = ['a.jpg', 'b.jpg'];
      const there = (...names: string[]) => new Map([['.', new Set([...inputs, ...names].map(nameKey))]]);
      const settled = (...names: string[]) =>
        settleNames(plan(inputs), { taken: there(...names), inputs, rule, variants: 1 });
      expect(settled().items.map(({ output }) => output)).toEqual(['a_2.jpg', 'b_2.jpg']);
      const again = settled('a_2.jpg');
      expect(again.items[0]?.output).toBe(rule === 'number' ? 'a_3.jpg' : 'a_2.jpg');
      expect([...again.exist]).toEqual(rule === 'skip' ? [1] : []);
    },
  );

  test('a numbered map still says that it is one', () => {
    const canny = parseRecipe({ version: 1, extract: { kind: 'canny' } });
    const { items } = settleNames(plan(['a.jpg', 'a.png'], {}, canny), {
      taken: new Map(),
      rule: 'number',
      variants: 1,
    });
    expect(items.map(({ output }) => output)).toEqual(['a.canny.png', 'a_2.canny.png']);
  });

  test('all variants need their names', () => {
    const there = new Map([['.', new Set(['c-2.jpg'])]]);
    const { items } = settleNames(plan(['c.jpg', 'c_2-2.jpg']), { taken: there, rule: 'number', variants: 2 });
    expect(items.map(({ output }) => output)).toEqual(['c_2.jpg', 'c_2-2_2.jpg']);
  });
});
