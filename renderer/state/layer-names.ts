import { t } from '../i18n/i18n.svelte.ts';

/** What a copy of a layer is called; no longer than names may be. */
export const copyName = (name: string): string => t('layers.copyOf', { name }).slice(0, 255);
