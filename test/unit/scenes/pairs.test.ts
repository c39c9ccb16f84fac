import { expect, test } from 'vitest';
import { renderFrame } from '../../../native-models/scenes/frame.ts';
import { MAP_TASKS, PROMPT_PREFIX, vocabulary } from '../../../native-models/scenes/language.ts';
import { changedTokens, conditionFrame, makeGroup, type Group } from '../../../native-models/scenes/pairs.ts';
import { sceneText, usedSlots } from '../../../native-models/scenes/scene.ts';
import { FIRST_SEED, hasHeldOut, sceneClass, SPLITS, type Split } from '../../../native-models/scenes/splits.ts';
import type { EditType } from '../../../native-models/scenes/templates.ts';
import { WORLD } from '../../../native-models/scenes/world.ts';

const EDIT_TYPES = Object.keys(WORLD.slots.edits) as EditType[];

const groups = (split: Split, count: number, options: Partial<Parameters<typeof makeGroup>[1]> = {}): Group[] =>
  Array.from({ length: count }, (_, i) => makeGroup(FIRST_SEED[split] + i, { split, pairs: 4, ...options }));

const count = (bytes: Uint8Array): number => bytes.reduce((sum, value) => sum + value, 0);

test('makes the same group from the same seed', () => {
  expect(makeGroup(7, { split: 'train', pairs: 4 })).toEqual(makeGroup(7, { split: 'train', pairs: 4 }));
});

test('changes at least 100 pixels with every edit, and never returns the source', () => {
  for (const type of EDIT_TYPES) {
    for (const { source, pairs } of groups('test-iid', 20, { type })) {
      const before = renderFrame(source);
      for (const pair of pairs) {
        const after = renderFrame(pair.target);
        let pixels = 0;
        for (let i = 0; i < before.length; i += 3) {
          if ([0, 1, 2].some((c) => before[i + c] !== after[i + c])) pixels++;
        }
        expect(pixels, pair.prompt).toBeGreaterThan(100);
      }
    }
  }
});

test('changes at most one slot of 36 tokens unless the whole picture is asked for', () => {
  for (const { source, pairs } of groups('train', 100, { task: 'edit' })) {
    const before = renderFrame(source);
    for (const pair of pairs) {
      const changed = count(changedTokens(before, renderFrame(pair.target)));
      expect(changed).toBeGreaterThan(0);
      if (pair.type !== 'background' && pair.type !== 'style') expect(changed).toBeLessThanOrEqual(36);
    }
  }
});

test('says only words of the vocabulary', () => {
  const words = new Set(vocabulary());
  for (const split of SPLITS) {
    for (const { pairs } of groups(split, 150)) {
      for (const { prompt } of pairs) {
        const unknown = (prompt.toLowerCase().match(/[^\s.,:]+/g) ?? []).filter((word) => !words.has(word));
        expect(unknown, prompt).toEqual([]);
      }
    }
  }
});

test('keeps the source scenes of training, validation and test apart', () => {
  for (const split of SPLITS) {
    const expected = split === 'train' || split === 'val' ? split : 'test';
    for (const { source } of groups(split, 100)) {
      if (usedSlots(source).length > 0) expect(sceneClass(source), sceneText(source)).toBe(expected);
    }
  }
});

test('never shows a held-out combination in training, and always asks for one in the composition test', () => {
  for (const split of ['train', 'val', 'test-iid'] as const) {
    for (const { source, pairs } of groups(split, 150)) {
      expect(hasHeldOut(source) || pairs.some((pair) => hasHeldOut(pair.target))).toBe(false);
    }
  }
  for (const { source, pairs } of groups('test-comp', 60, { task: 'edit', pairs: 1 })) {
    expect(hasHeldOut(source)).toBe(false);
    expect(pairs.every((pair) => hasHeldOut(pair.target))).toBe(true);
  }
});

test('starts map prompts with the words of the released model and gives a map of the same layout', () => {
  for (const task of MAP_TASKS) {
    for (const group of groups('test-trans', 10, { task })) {
      expect(conditionFrame(group)).toHaveLength(128 * 128 * 3);
      for (const pair of group.pairs) {
        expect(pair.prompt.startsWith(PROMPT_PREFIX[task])).toBe(true);
        expect(usedSlots(pair.target)).toEqual(usedSlots(group.source));
      }
    }
  }
});
