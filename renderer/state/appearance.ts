import type { Settings } from '#common/contract/settings.ts';

/** What the system asks for where the person chose nothing here. */
export interface SystemWishes {
  readonly isDark: boolean;
  readonly moreContrast: boolean;
  readonly lessMotion: boolean;
}

/** Attributes of the page's root that the styles follow. An empty one is left out. */
export function rootAttributes(
  { theme, contrast, motion, language }: Settings,
  system: SystemWishes,
): Readonly<Record<string, string>> {
  return {
    'data-theme': theme === 'system' ? '' : theme,
    'data-contrast': contrast === 'more' || system.moreContrast ? 'more' : '',
    'data-motion': motion === 'less' || system.lessMotion ? 'less' : '',
    lang: language === 'pseudo' ? 'en-XA' : 'en',
  };
}

export function applyAttributes(root: HTMLElement, attributes: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === '') root.removeAttribute(name);
    else root.setAttribute(name, value);
  }
}

/** Tells now and at every change what the system asks for. @returns ends it */
export function watchSystem(listener: (wishes: SystemWishes) => void): () => void {
  const contrast = matchMedia('(prefers-contrast: more)');
  const motion = matchMedia('(prefers-reduced-motion: reduce)');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const tell = () => listener({ isDark: dark.matches, moreContrast: contrast.matches, lessMotion: motion.matches });
  const ends = new AbortController();
  for (const query of [dark, contrast, motion]) query.addEventListener('change', tell, { signal: ends.signal });
  tell();
  return () => ends.abort();
}

/** Tells now and at every change whether the window has no room for a panel beside the work. @returns ends it */
export function watchNarrow(listener: (isNarrow: boolean) => void): () => void {
  const query = matchMedia('(max-width: 900px)');
  const tell = () => listener(query.matches);
  query.addEventListener('change', tell);
  tell();
  return () => query.removeEventListener('change', tell);
}
