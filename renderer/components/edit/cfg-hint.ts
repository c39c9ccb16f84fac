import { t } from '../../i18n/i18n.svelte.ts';

/** What a guidance value means, in plain words. */
export function cfgHint(cfg: number): string {
  if (cfg <= 1) return t('edit.cfgNone');
  if (cfg < 2) return t('edit.cfgLow');
  if (cfg <= 4) return t('edit.cfgUsual');
  return t(cfg <= 7 ? 'edit.cfgHigh' : 'edit.cfgExtreme');
}
