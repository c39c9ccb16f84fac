import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { safeName } from '#common/file-names.ts';
import { checkTemplate, fillName } from '#node/batch/naming.ts';

const values = { stem: 'car', task: 'edit', seed: '7', cfg: '3', model: 'mini', date: '2030-01-02', index: '04' };

test('fills tokens in, folders included', () => {
  expect(fillName('{date}/{task}-{index}_{stem}-{seed}-{cfg}-{model}', values)).toBe('2030-01-02/edit-04_car-7-3-mini');
});

test.each([
  '../{stem}',
  '{stem}/..',
  '/{stem}',
  'a//b',
  '{stem}/',
  'C:{stem}',
  'a\\b',
  '{name}',
  '.',
  './{stem}',
  ' /a',
  '',
])('refuses the template %j', (template) => {
  expect(() => checkTemplate(template)).toThrow(/name-invalid/);
});

test('a value never adds a folder or leads out of one', () => {
  for (const stem of ['../../etc/passwd', '..', '/root', 'C:\\x', 'a/b']) {
    expect(fillName('{stem}', { ...values, stem })).not.toMatch(/[/\\:]|^\.+$/);
  }
});

describe('a safe name', () => {
  test.each([
    ['CON', '_CON'],
    ['con.tar', '_con.tar'],
    ['LPT1', '_LPT1'],
    ['com¹.a', '_com¹.a'],
    ['nul .txt', '_nul .txt'],
    ['console', 'console'],
    ['-rf', '_rf'],
    ['.hidden', '_hidden'],
    ['trailing. . ', 'trailing'],
    ['100% #1', '100% #1'],
    ['a<b>|c?*"', 'a_b__c___'],
    ['e\u0301te\u0301', 'été'],
    ['', '_'],
  ])('%j is %j', (name, safe) => {
    expect(safeName(name)).toBe(safe);
  });

  test('has room for a number and an ending, and cuts no character in two', () => {
    const safe = safeName('👩‍👩‍👧‍👦'.repeat(30));
    expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(239);
    expect(safe.replaceAll('👩‍👩‍👧‍👦', '')).toBe('');
  });

  test('of anything is one that every system takes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
        const safe = safeName(name);
        expect(safe).not.toBe('');
        expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(239);
        expect(safe).not.toMatch(/[\p{Cc}<>:"/\\|?*]|^[-.]|[. ]$/u);
        expect(safeName(safe)).toBe(safe);
      }),
    );
  });
});
