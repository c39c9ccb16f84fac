import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'svelte/compiler';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../renderer', import.meta.url));
const components = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.svelte'));

/** Attributes that somebody reads or hears. */
const spoken = ['alt', 'aria-description', 'aria-label', 'aria-placeholder', 'label', 'placeholder', 'text', 'title'];
const hasWords = (text: string): boolean => /\p{L}{2,}/u.test(text);

/** Visible words that stand in a component itself. @returns each with its line */
function rawText(source: string): string[] {
  const found: string[] = [];
  const note = (text: string, at: number) => {
    if (hasWords(text)) found.push(`${source.slice(0, at).split('\n').length}: ${text.trim()}`);
  };
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== 'object' || node === null) return;
    const { type, name, value, data, start } = node as Record<string, unknown>;
    if (type === 'StyleDirective') return;
    if (type === 'Text') return note(String(data), Number(start));
    if (type === 'Attribute') {
      if (!spoken.includes(String(name)) || !Array.isArray(value)) return;
      for (const part of value as { type: string; data?: string; start: number }[]) {
        if (part.type === 'Text') note(part.data ?? '', part.start);
      }
      return;
    }
    for (const [key, child] of Object.entries(node)) if (key !== 'metadata') visit(child);
  };
  visit(parse(source, { modern: true }).fragment);
  return found;
}

describe('words in components', () => {
  test.each(components)('%s has none of its own', (file) => {
    expect(rawText(readFileSync(join(root, file), 'utf8'))).toEqual([]);
  });

  test('would be found', () => {
    expect(rawText('<p>Hello</p>\n<input placeholder="Type here" class="wide" />')).toEqual([
      '1: Hello',
      '2: Type here',
    ]);
    expect(rawText('<p title={t("a")}>{words} ×</p>\n<style>p { color: red }</style>')).toEqual([]);
  });
});
