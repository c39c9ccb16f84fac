import { expect, test } from 'vitest';
import type { EditInput, EditModel, EditOptions, EditRun } from '../../../native-models/api.ts';
import { promptFor } from '../../../native-models/families/editar/prompts.ts';
import { evaluateScenes, itemCount, ownWords, type ScoredItem } from '../../../native-models/scenes/eval-scenes.ts';
import { testItems } from '../../../native-models/scenes/eval-questions.ts';
import { contactSheet } from '../../../native-models/scenes/eval-sheet.ts';
import { evalTable } from '../../../native-models/scenes/eval-table.ts';
import { MAP_TASKS } from '../../../native-models/scenes/language.ts';
import { FakeModel } from '../../helpers/fake-model.ts';

// The first look at a background and style renders its 144 tiles.
const PATIENCE = 120_000; // milliseconds

const sampling = { cfg: 1, temperature: 0, topK: 0, topP: 1 };
const evaluation = { split: 'test-para', limit: 1, sampling, seed: 3 } as const;

/** A tokenizer without loss and a model that returns what it is given. */
function echoModel(begun: [EditInput, EditOptions][] = []): EditModel {
  const fake = new FakeModel({ imageSize: 128, grid: 16 });
  return {
    capabilities: fake.capabilities,
    samplingDefaults: fake.samplingDefaults,
    device: fake.device,
    begin: async (input, options): Promise<EditRun> => {
      begun.push([input, options]);
      const run = await fake.begin(input, options);
      run.finish = () => Promise.resolve(input.image);
      return run;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function evaluated(model: EditModel): Promise<ScoredItem[]> {
  const items: ScoredItem[] = [];
  for await (const item of evaluateScenes(model, evaluation)) items.push(item);
  return items;
}

test(
  'a model that returns its input scores like the copy, and a tokenizer without loss is always right',
  async () => {
    const begun: [EditInput, EditOptions][] = [];
    const items = await evaluated(echoModel(begun));
    expect(items).toHaveLength(itemCount(evaluation));

    const rows = evalTable(items.flatMap(({ scores }) => scores));
    const all = (answerer: string) => rows.find((row) => row.question === 'all edits' && row.answerer === answerer);
    expect(all('model')).toMatchObject({ n: items.length, strict: { mean: 0 }, applied: { mean: 0 } });
    expect(all('copy-source')).toMatchObject({ strict: { mean: 0 }, kind: { mean: 0 } });
    expect(all('oracle')).toMatchObject({ strict: { mean: 1 }, kind: { mean: 1 }, unchanged: { mean: 1 }, psnr: null });

    const asked = begun.filter(([{ locked }]) => locked === undefined);
    expect(asked.every(([, options]) => options.seed === 3 && options.cfg === 1)).toBe(true);
  },
  PATIENCE,
);

test.each(MAP_TASKS)('a model reads the fixed words of the task %s once', (task) => {
  const [item] = testItems('test-trans', task, 1);
  const words = ownWords(item!.pair.prompt, task);
  expect(words).toMatch(/^an? /);
  expect(promptFor(task, words)).toBe(item!.pair.prompt);
});

test(
  'map tasks can be painted from maps that a network finds in the picture, edges excepted',
  async () => {
    const begun: [EditInput, EditOptions][] = [];
    const asked: string[] = [];
    const makeMap = (kind: string, { data }: { data: Uint8Array }): Promise<Uint8Array> => {
      asked.push(`${kind} ${data.length}`);
      return Promise.resolve(new Uint8Array(128 * 128).fill(kind === 'depth' ? 9 : 135));
    };
    const maps = { ...evaluation, split: 'test-trans', makeMap } as const;
    for await (const item of evaluateScenes(echoModel(begun), maps)) expect(item.scores).toHaveLength(3);
    expect(asked).toEqual(['depth 49152', 'segmentation 49152']);
    const given = begun
      .filter(([{ locked }]) => locked === undefined)
      .map(([{ image }]) => [...image.data.subarray(0, 3)]);
    expect(given.slice(1)).toEqual([
      [9, 9, 9],
      [0xdc, 0x14, 0x3c],
    ]);
  },
  PATIENCE,
);

test('a model of another picture size is refused', async () => {
  await expect(evaluated(new FakeModel({ imageSize: 64, grid: 4 }))).rejects.toThrow(/need a model of 128 pixels/);
});

test('an aborted evaluation ends with the reason', async () => {
  const items = evaluateScenes(echoModel(), { ...evaluation, signal: AbortSignal.abort(new Error('enough')) });
  await expect(items.next()).rejects.toThrow('enough');
});

test('the contact sheet has a row per type and shows condition and answer', () => {
  const frame = (value: number): Uint8Array => new Uint8Array(128 * 128 * 3).fill(value);
  const pictures = [frame(10), frame(30)];
  const { width, height, data } = contactSheet([Array.from({ length: 7 }, () => pictures), [pictures]]);
  expect([width, height]).toEqual([5 * 260 + 4 * 12, 2 * 128 + 12]);
  expect([data[0], data[128 * 3], data[132 * 3]]).toEqual([10, 255, 30]);
});
