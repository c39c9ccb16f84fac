import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { checkTorchPickle } from '../../native-models/parity/torch-pickle.ts';
import { openCheckpoint } from '../../native-models/checkpoint/open-checkpoint.ts';
import { goldenRoot } from '../helpers/golden.ts';

const folder = join(goldenRoot ?? '', 'torch-pickle');

test.skipIf(!goldenRoot)('reads every valid file of the corpus exactly and refuses every hostile one', async () => {
  const result = await checkTorchPickle(folder);
  expect(result.detail).toMatch(/^123 files: 3\d read exactly, \d+ refused$/);
});

const messages: Readonly<Record<string, RegExp>> = {
  'unsupported/legacy-nonzip.pt': /before version 1\.6/,
  'unsupported/safetensors-renamed.pt': /holds safetensors data, not a PyTorch archive/,
  'unsupported/plain-pickle.pt': /bare Python pickle/,
  'unsupported/empty.pt': /is empty/,
  'unsupported/text.pt': /web page/,
  'unsupported/git-lfs-pointer.pt': /Git LFS pointer/,
  'unsupported/sparse.pt': /sparse tensor/,
  'unsupported/quantized.pt': /quantised tensor/,
  'unsupported/torchscript.pt': /TorchScript/,
  'unsupported/other-zip.pt': /zip file, but not one that PyTorch has saved/,
  'malicious/exec-reduce-os-system.pt': /names "os\.system"/,
  'malicious/zip-truncated-no-directory.pt': /download is incomplete/,
};

test.skipIf(!goldenRoot).each(Object.entries(messages))('says plainly what %s is', async (file, message) => {
  await expect(openCheckpoint(join(folder, file))).rejects.toThrow(message);
});

test.skipIf(!goldenRoot)('strips the torch.compile prefix', async () => {
  await using checkpoint = await openCheckpoint(join(folder, 'valid/prefix-orig-mod.pt'));
  expect(checkpoint.names()).toEqual(['w']);
});

test.skipIf(!goldenRoot)('flattens the training arguments into settings', async () => {
  await using checkpoint = await openCheckpoint(join(folder, 'valid/namespace.pt'));
  expect(checkpoint.settings).toMatchObject({ steps: 40000, 'args.lr': 1e-4, 'args.name': 'rün-漢', 'args.s': null });
  expect(checkpoint.settings).toMatchObject({ 'args.nested.a.1': 2.5, 'args.flags.0': true, 'args.nested.inf': Infinity });
});

test.skipIf(!goldenRoot)('points at the stored bytes of contiguous tensors only', async () => {
  const path = join(folder, 'valid/shared-storage.pt');
  await using checkpoint = await openCheckpoint(path);
  const { location } = checkpoint.info('offset');
  expect(location?.file).toBe(path);
  const inPlace = readFileSync(path).subarray(location!.offset, location!.offset + location!.bytes);
  expect(Uint8Array.from(inPlace)).toEqual(await checkpoint.readRaw('offset'));
  for (const name of ['transposed', 'step', 'expanded', 'permuted']) expect(checkpoint.info(name).location).toBeUndefined();
});
