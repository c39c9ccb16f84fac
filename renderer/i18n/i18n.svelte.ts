import { en } from './en/index.ts';
import type { Area, Message } from './area.ts';
import type { MessageKey, Values } from './messages.ts';
import { pseudo } from './pseudo.ts';

export const locales = ['en', 'pseudo'] as const;
export type Locale = (typeof locales)[number];

/** One language per page, so this is the page's and not passed around: sentences are needed in every file that shows or says one. */
const current = $state<{ locale: Locale }>({ locale: 'en' });
const catalogue: Readonly<Record<string, Area>> = en;
const numbers = new Intl.NumberFormat('en');
const plural = new Intl.PluralRules('en');

export const currentLocale = (): Locale => current.locale;

/** What was shown with `t` changes with it. */
export function setLocale(locale: Locale): void {
  current.locale = locale;
}

/** The sentence for a key, its names filled in. Numbers are written as the language writes them. */
export function t<Key extends MessageKey>(key: Key, ...[values]: Values<Key>): string {
  const dot = key.indexOf('.');
  const message = catalogue[key.slice(0, dot)]![key.slice(dot + 1)]!;
  const given: Readonly<Record<string, string | number>> = values ?? {};
  const text = inNumber(message, given['count']);
  const shown = current.locale === 'pseudo' ? pseudo(text) : text;
  return shown.replaceAll(/\{(\w+)\}/g, (_, name: string) => inWords(given[name]));
}

function inNumber(message: Message, count: string | number | undefined): string {
  if (typeof message === 'string') return message;
  return plural.select(Number(count)) === 'one' ? message.one : message.other;
}

const inWords = (value: string | number | undefined): string =>
  typeof value === 'number' ? numbers.format(value) : (value ?? '');
