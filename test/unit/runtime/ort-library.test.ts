import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { companionsOf, ortLibraryPath } from '../../../native-models/runtime/ort-library.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

test('on Windows the libraries beside the runtime are loaded before it, so that older ones of the system are not', () => {
  const folder = temporaryFolder();
  for (const name of ['onnxruntime.dll', 'DirectML.dll', 'dxil.dll', 'onnxruntime_binding.node']) {
    writeFileSync(join(folder, name), '');
  }
  const library = join(folder, 'onnxruntime.dll');
  expect(companionsOf(library, 'win32')).toEqual([join(folder, 'dxil.dll'), join(folder, 'DirectML.dll')]);
  expect(companionsOf(library, 'linux')).toEqual([]);
});

test('the runtime of this system is found', () => {
  expect(ortLibraryPath()).toContain(join('onnxruntime-node', 'bin'));
});
