import { t } from '../i18n/i18n.svelte.ts';

/** How long something still takes, as a person would say it. */
export function remaining(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 90) return t('edit.secondsLeft', { seconds });
  return t('edit.minutesLeft', { minutes: Math.round(seconds / 60) });
}
