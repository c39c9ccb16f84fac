import type { Recoverable } from '#common/contract/documents.ts';
import { t } from '../../i18n/i18n.svelte.ts';
import { whenWords } from './when-words.ts';

/** How much is in what a crash left, and when it was left. Changes are counted since it was last written down anew, which may have been
 * after all of them. @param now ms since 1970 */
export function leftWords({ changes, changedAt }: Pick<Recoverable, 'changes' | 'changedAt'>, now?: number): string {
  const when = whenWords(changedAt, now);
  return changes === 0 ? t('welcome.unsaved', { when }) : t('welcome.changes', { count: changes, when });
}
