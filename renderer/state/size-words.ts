import { t } from '../i18n/i18n.svelte.ts';

/** How large files are, as a person reads it. @param bytes */
export function sizeWords(bytes: number): string {
  const [mebibytes, gibibytes] = [bytes / 2 ** 20, bytes / 2 ** 30];
  return gibibytes < 1
    ? t('settings.mebibytes', { size: shortNumber(mebibytes) })
    : t('settings.gibibytes', { size: shortNumber(gibibytes) });
}

const shortNumber = (size: number): string => size.toFixed(size < 10 ? 1 : 0).replace(/\.0$/, '');
