import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { handles, loadOrtApi, OrtError, stringTable } from '../../../native-models/runtime/ort-api.ts';
import { plainReason } from '../../../native-models/runtime/model-errors.ts';

const packageVersion = (): string => {
  const main = createRequire(import.meta.url).resolve('onnxruntime-node');
  return (JSON.parse(readFileSync(new URL('../package.json', `file://${main}`), 'utf8')) as { version: string })
    .version;
};

test('the library that is called is the one onnxruntime-node ships', async () => {
  expect((await loadOrtApi()).version).toBe(packageVersion());
});

test('a failed call becomes an error with the code and words of the runtime', async () => {
  const api = await loadOrtApi();
  const options = api.create('createSessionOptions');
  const call = api.callAsync('createSession', api.env, 'no/such/file.onnx', options, handles(1));
  await expect(call).rejects.toSatisfy((error) => error instanceof OrtError && error.code === 'no-such-file');
  api.release('releaseSessionOptions', options);
});

test('slots of the later API versions answer as their names say', async () => {
  const api = await loadOrtApi();
  const options = api.create('createRunOptions');
  api.call('addRunConfigEntry', options, 'memory.enable_memory_arena_shrinkage', 'cpu:0'); // version 8
  api.release('releaseRunOptions', options);
  const session = api.create('createSessionOptions');
  const none = stringTable(api, []);
  const append = (): void => api.call('appendProvider', session, 'NoSuchThing', none, none, 0); // version 12
  expect(append).toThrow(/NoSuchThing|Unknown provider/);
  api.release('releaseSessionOptions', session);
});

test('reasons lose the source places and stacks of the runtime', () => {
  const words =
    '/src/core/model.cc:187 onnx::Model(int, const char*)::<lambda()> adapter is missing\nStacktrace:\n  a\n  b';
  expect(plainReason(new Error(words))).toBe('adapter is missing');
});
