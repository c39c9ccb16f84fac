import { expect, test } from 'vitest';
import { BatchRunner } from '#node/batch/batch-runner.ts';
import { BatchState } from '#node/batch/batch-state.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

test('a picture took as long as its turn, whatever was read ahead of it', async () => {
  let clock = 0; // ms
  const written: Array<() => void> = [];
  const isWritten = [1, 2, 3].map((place) => new Promise<void>((resolve) => (written[place] = resolve)));
  const items = [1, 2, 3].map(
    (index) => ({ entry: 'item', index, input: `p${index}.png`, output: `p${index}.png` }) as const,
  );
  const state = BatchState.of(items);
  const encode = () => Promise.resolve({ width: 1, height: 1, notices: [], write: () => Promise.resolve() });
  const runner = new BatchRunner({
    ...{ outputFolder: temporaryFolder(), journal: { append: () => Promise.resolve() }, state, variants: 1 },
    work: {
      keyOf: ({ input }) => Promise.resolve(input),
      prepare: ({ index, input }) =>
        Promise.resolve({
          key: input,
          decode: async () => {
            await (index === 1 ? undefined : isWritten[index - 2]); // else the clock goes on while the one before is written
            clock += 100;
            return { tokens: 1, encode };
          },
        }),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
    signal: new AbortController().signal,
    say: (message) => {
      if (message.type === 'item' && message.state === 'done') written[message.index]!();
    },
    now: () => clock,
  });
  runner.enqueue([1, 2, 3]);
  await runner.run();
  expect(state.items.map(({ ms }) => ms)).toEqual([100, 100, 100]);
});
