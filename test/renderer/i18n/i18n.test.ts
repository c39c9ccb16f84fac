import { afterEach, describe, expect, test } from 'vitest';
import { currentLocale, setLocale, t } from '../../../renderer/i18n/i18n.svelte.ts';
import { pseudo } from '../../../renderer/i18n/pseudo.ts';

afterEach(() => setLocale('en'));

describe('a message', () => {
  test('has its names filled in, numbers as the language writes them', () => {
    expect(t('edit.row', { row: 1024, rows: 'x' })).toBe('Row 1,024 of x');
  });

  test('keeps what a value brings along: braces in it are no names', () => {
    expect(t('edit.cannotShow', { name: '{name} $&.png' })).toMatch(/^\{name\} \$&\.png cannot be shown/);
  });

  test('changes with the locale', () => {
    setLocale('pseudo');
    expect(currentLocale()).toBe('pseudo');
    expect(t('edit.run')).toBe('[Ŕûñ··]');
    expect(t('edit.row', { row: 3, rows: 16 })).toMatch(/^\[Ŕöŵ 3 öƒ 16·+\]$/);
  });
});

describe('the pseudo-locale', () => {
  test('marks every letter, keeps the names and grows by a third', () => {
    const text = pseudo('The quick brown fox jumps over {count} lazy dogs');
    expect(text).toContain('{count}');
    expect(text.replace('{count}', '')).not.toMatch(/[a-z]/i);
    expect(text.length).toBeGreaterThan('The quick brown fox jumps over {count} lazy dogs'.length * 1.3);
  });
});
