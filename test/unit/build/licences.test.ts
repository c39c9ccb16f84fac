import { expect, test } from 'vitest';
import { listLicences } from '../../../build/licences.mjs';

test('every package of the program is listed with its licence', async () => {
  const list = await listLicences(new URL('../../../', import.meta.url));
  const licenceOf = (name: string) => list.find((entry) => entry.name === name)?.licence;
  expect(licenceOf('onnxruntime-node')).toBe('MIT');
  expect(licenceOf('sharp')).toBe('Apache-2.0');
  expect(licenceOf('svelte')).toBe('MIT');
  expect(licenceOf('@fontsource-variable/inter')).toBe('OFL-1.1');
  expect(licenceOf('@floating-ui/dom')).toBe('MIT'); // of a package that is bundled
  expect(licenceOf('vitest')).toBeUndefined();
  expect(list.filter(({ licence }) => licence === 'not stated')).toEqual([]);
  const names = list.map(({ name, version }) => `${name}@${version}`);
  expect(new Set(names).size).toBe(names.length);
});
