import { expect, test } from 'vitest';
import config from '../../../build/electron-builder.mjs';

// `npm run dist:check` packages the program; for systems that it cannot package for, this is what is known.

test.each(['linux', 'mac', 'win'] as const)(
  'the package for %s starts from the program, not from everything there is',
  (system) => {
    const files = [config[system]?.files ?? []].flat();
    expect(files.slice(0, 4)).toEqual([
      ...['package.json', 'out/{main,preload,engine,file-thread}.cjs', 'out/cli.mjs', 'out/renderer/**'],
    ]);
    const platform = { linux: 'linux', mac: 'darwin', win: 'win32' }[system];
    expect(files.at(-1)).toBe(`!node_modules/onnxruntime-node/bin/napi-v*/${platform}/!(\${arch})/**`);
    expect(config.files).toBeUndefined();
  },
);

test('a Mac program that nobody has a certificate for is signed all the same: Apple’s processors run no other', () => {
  expect(config.mac?.identity).toBe('-');
});
