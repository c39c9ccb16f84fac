import { expect, test } from 'vitest';
import { canBeOpened, formatToWrite, hasPictureEnding, writableEndings } from '#common/picture-files.ts';
import { writableFormat } from '#node/images/encode.ts';

test.each(['jpg', 'jpeg', 'jpe', 'jfif', 'tif', 'tiff', 'heic', 'heif', 'png', 'webp', 'avif', 'gif'])(
  'takes .%s for a picture, in small and in capital letters',
  (ending) => {
    for (const name of [`a.${ending}`, `A.${ending.toUpperCase()}`, `a.b.${ending}`]) {
      expect([hasPictureEnding(name), canBeOpened(name)]).toEqual([true, true]);
    }
  },
);

test('writes JPEG and TIFF under every name they have', () => {
  expect(['jpg', 'jpeg', 'jpe', 'jfif'].map(formatToWrite)).toEqual(Array(4).fill('jpeg'));
  expect(['tif', 'tiff'].map(formatToWrite)).toEqual(['tiff', 'tiff']);
  expect(writableFormat('holiday/A.JFIF')).toBe('jpeg');
  expect(['heic', 'gif', 'ora', '', 'toString'].map(formatToWrite)).toEqual(Array(5).fill(undefined));
  expect(writableEndings).not.toContain('heic');
});
