import { expect, test } from 'vitest';
import { migrate, schemaVersion } from '#common/document/migrations.ts';

const steps = {
  1: (records: readonly unknown[]) => [...records, 'one'],
  2: (records: readonly unknown[]) => [...records, 'two'],
};

test('records go through every step from theirs to ours, in order', () => {
  expect(migrate(['old'], 1, { steps, to: 3 })).toEqual(['old', 'one', 'two']);
  expect(migrate(['old'], 2, { steps, to: 3 })).toEqual(['old', 'two']);
  expect(migrate(['now'], schemaVersion)).toEqual(['now']);
});

test('what is newer than we are is refused by its code, and a missing step is no silent loss', () => {
  expect(() => migrate([], 4, { steps, to: 3 })).toThrow(expect.objectContaining({ code: 'project-too-new' }));
  expect(() => migrate([], 0, { steps, to: 3 })).toThrow('no way from version 0');
});
