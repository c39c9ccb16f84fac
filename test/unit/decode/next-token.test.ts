import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NextTokenRun } from '../../../native-models/decode/next-token.ts';
import type { TokenModel } from '../../../native-models/decode/next-token.ts';
import { argmax } from '../../../native-models/decode/sampler.ts';

/** Predicts (last token + 1) mod 10 and writes down what it was fed. */
class CountingModel implements TokenModel {
  readonly vocab = 10;
  readonly fed: { first: number; tokens: number[] }[] = [];
  constructor(readonly pictures = 1) {}

  forward(tokens: readonly Int32Array[], first: number, signal?: AbortSignal): Promise<Float32Array> {
    signal?.throwIfAborted();
    this.fed.push({ first, tokens: [...tokens[0]] });
    const logits = new Float32Array(this.pictures * this.vocab);
    tokens.forEach((ids, picture) => (logits[picture * this.vocab + ((ids.at(-1)! + 1) % 10)] = 1));
    return Promise.resolve(logits);
  }
}

const firstLogits = (pictures = 1): Float32Array => new Float32Array(pictures * 10); // argmax 0
const finish = async (run: NextTokenRun): Promise<number[]> => {
  while (run.committed < run.cells) await run.step();
  return [...run.ids[0]];
};

test('without locks every cell is one step and the last token is never fed', async () => {
  const model = new CountingModel();
  const ids = await finish(new NextTokenRun(model, firstLogits(), Array(5).fill(null), argmax));
  expect(ids).toEqual([0, 1, 2, 3, 4]);
  expect(model.fed.map((f) => f.tokens)).toEqual([[0], [1], [2], [3]]);
});

test('a run of locked cells is fed together with the token before it', async () => {
  const model = new CountingModel();
  const run = new NextTokenRun(model, firstLogits(), [null, 7, 7, 5, null, null, 9], argmax);
  expect(await finish(run)).toEqual([0, 7, 7, 5, 6, 7, 9]);
  expect(model.fed).toEqual([
    { first: 0, tokens: [0, 7, 7, 5] },
    { first: 4, tokens: [6] },
  ]);
});

test('a picture that is locked everywhere never asks the model', async () => {
  const model = new CountingModel();
  expect(await finish(new NextTokenRun(model, firstLogits(), [4, 3, 2], argmax))).toEqual([4, 3, 2]);
  expect(model.fed).toEqual([]);
});

test('whatever is locked, the rest is what feeding one token at a time gives', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(fc.integer({ min: 0, max: 9 })), { minLength: 1, maxLength: 30 }),
      async (locked) => {
        const expected: number[] = [];
        for (const lock of locked) expected.push(lock ?? (expected.length ? (expected.at(-1)! + 1) % 10 : 0));
        expect(await finish(new NextTokenRun(new CountingModel(), firstLogits(), locked, argmax))).toEqual(expected);
      },
    ),
  );
});

test('an aborted step leaves the committed cells and can be taken again', async () => {
  const model = new CountingModel();
  const run = new NextTokenRun(model, firstLogits(), [null, null, null], argmax);
  await run.step();
  const abort = new AbortController();
  abort.abort(new Error('stop'));
  await expect(run.step(abort.signal)).rejects.toThrow('stop');
  expect(await finish(run)).toEqual([0, 1, 2]);
});

test('pictures of one batch go their own ways', async () => {
  const logits = firstLogits(2);
  logits[10 + 4] = 1;
  const run = new NextTokenRun(new CountingModel(2), logits, [null, null, 8, null], argmax);
  await finish(run);
  expect(run.ids.map((ids) => [...ids])).toEqual([
    [0, 1, 8, 9],
    [4, 5, 8, 9],
  ]);
});
