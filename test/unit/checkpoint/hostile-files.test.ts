import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { ByteSource, Checkpoint } from '../../../native-models/checkpoint/checkpoint.ts';
import { openSafetensors } from '../../../native-models/checkpoint/safetensors.ts';
import { openTorchFile } from '../../../native-models/checkpoint/torch-file.ts';
import { ModelError } from '../../../native-models/errors.ts';
import { floats, memorySource, p, safetensorsBytes, torchBytes } from '../../helpers/checkpoint-files.ts';

const storage = p.storage('FloatStorage', '0', 6);
const torch = torchBytes(
  p.file(
    p.dict({
      model: p.dict({ w: p.tensor(storage, 0, [2, 3], [3, 1]), t: p.tensor(storage, 0, [3, 2], [1, 3]) }),
      args: p.build(p.call(p.global('argparse', 'Namespace')), p.dict({ lr: p.float(0.1), name: p.text('x') })),
    }),
  ),
  { 0: floats(1, 2, 3, 4, 5, 6) },
);
const safetensors = safetensorsBytes(
  {
    w: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
    t: { dtype: 'I64', shape: [2], data_offsets: [24, 40] },
  },
  Buffer.alloc(40, 1),
);

type Open = (source: ByteSource) => Promise<Checkpoint>;

const formats: readonly [string, Buffer, Open][] = [
  ['PyTorch', torch, openTorchFile],
  ['safetensors', safetensors, openSafetensors],
];

/** What a file gives: its tensors as text, or the code of a clean refusal. Any other error passes through. */
async function outcome(open: Open, bytes: Uint8Array): Promise<string> {
  try {
    await using checkpoint = await open(memorySource(bytes));
    const values: string[] = [];
    for (const name of checkpoint.names()) {
      const { dims } = checkpoint.info(name);
      values.push(`${name} [${dims}] ${Buffer.from(await checkpoint.readRaw(name)).toString('hex')}`);
      expect(values.at(-1)!.length).toBeLessThan(100_000);
    }
    return values.join('\n');
  } catch (error) {
    if (error instanceof ModelError) return error.code;
    throw error;
  }
}

test.each(formats)('refuses a %s file cut off anywhere', async (_, bytes, open) => {
  for (let length = 0; length < bytes.length; length++) {
    expect(await outcome(open, bytes.subarray(0, length))).toBe('checkpoint-invalid');
  }
});

test.each(formats)('survives every single flipped bit of a %s file', async (_, bytes, open) => {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const damaged = Buffer.from(bytes);
    damaged[bit >> 3] ^= 1 << (bit & 7);
    await outcome(open, damaged);
  }
});

test('gives the right tensors or none for a PyTorch file with flipped bits', async () => {
  const intact = await outcome(openTorchFile, torch);
  const flips = fc.array(fc.nat({ max: torch.length * 8 - 1 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(flips, async (bits) => {
      const damaged = Buffer.from(torch);
      for (const bit of bits) damaged[bit >> 3] ^= 1 << (bit & 7);
      // The checksums cover the pickle and the values, so whatever still opens is whole.
      expect([intact, 'checkpoint-invalid', 'unsupported']).toContain(await outcome(openTorchFile, damaged));
    }),
    { numRuns: 1000 },
  );
});

test('survives pickles with damaged bytes behind a correct checksum', async () => {
  const pickle = torch.subarray(46, torch.indexOf('PK', 46)); // 30 header bytes and a name of 16
  const edits = fc.array(fc.record({ at: fc.nat({ max: pickle.length - 1 }), to: fc.nat({ max: 255 }) }), {
    minLength: 1,
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(edits, async (changes) => {
      const damaged = Buffer.from(pickle);
      for (const { at, to } of changes) damaged[at] = to;
      await outcome(openTorchFile, torchBytes(damaged, { 0: floats(1, 2, 3, 4, 5, 6) }));
    }),
    { numRuns: 3000 },
  );
  expect('polluted' in {}).toBe(false);
});
