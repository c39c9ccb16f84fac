import { expect, test } from 'vitest';
import config from '../../../build/electron-builder.mjs';
import { canBeOpened, pictureEndings, projectEnding } from '#common/picture-files.ts';

test('the packaged program is offered for every kind of file it opens, and for no other', () => {
  const associated = [config.fileAssociations ?? []].flat().flatMap(({ ext }) => ext);
  expect(associated.sort()).toEqual([...pictureEndings, projectEnding].sort());
  expect(associated.every((ending) => canBeOpened(`a.${ending}`))).toBe(true);
});
