import { t } from '../../i18n/i18n.svelte.ts';

const dayMs = 86_400_000;

/** When something was, as a person would say it today: the time where that is enough, the day where it is not.
 * @param at @param now ms since 1970 */
export function whenWords(at: number, now = Date.now()): string {
  const date = new Date(at);
  const daysAgo = Math.round((startOfDay(now) - startOfDay(at)) / dayMs); // rounded: a day of a changed clock has 23 or 25 hours
  const time = date.toLocaleTimeString('en', { timeStyle: 'short' });
  if (daysAgo === 0) return t('files.today', { time });
  if (daysAgo === 1) return t('files.yesterday', { time });
  const isThisYear = date.getFullYear() === new Date(now).getFullYear();
  return date.toLocaleDateString('en', { month: 'short', day: 'numeric', ...(!isThisYear && { year: 'numeric' }) });
}

const startOfDay = (at: number): number => new Date(at).setHours(0, 0, 0, 0);
