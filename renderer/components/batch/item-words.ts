import type { BatchProgress, ItemReport } from '#common/contract/batch.ts';
import { t } from '../../i18n/i18n.svelte.ts';
import type { IconName } from '../ui/icons.ts';

export const stateIcons: Readonly<Record<ItemReport['state'], IconName>> = {
  waiting: 'clock',
  running: 'play',
  done: 'check',
  skipped: 'minus',
  failed: 'error',
};

/** What is said of an item beside what the batch knows of it. */
export interface ItemContext {
  readonly isPlan: boolean; // nothing has begun
  readonly place?: number | undefined; // among those that wait
  readonly progress?: BatchProgress | null | undefined;
}

/** Its state in a few words. */
export function stateWords(item: ItemReport, { isPlan, place, progress }: ItemContext): string {
  const { state, index, failure } = item;
  if (isPlan) return t(planWords[state]);
  const cells = progress?.running.find((other) => other.index === index);
  if (state === 'running' && cells) {
    const { step, of } = cells;
    return t('batch.runningShare', { percent: Math.round((100 * step) / of) });
  }
  if (state === 'waiting' && failure) return t('batch.willTryAgain');
  if (state === 'waiting' && place !== undefined) return t('batch.waitingPlace', { place });
  return t(`batch.state_${state}`);
}

/** Why it is so; empty where there is nothing to say. @param isShort without what its row says already, and what can be done */
export function reasonWords({ state, reason, failure, notices }: ItemReport, isShort = false): string {
  if (state === 'skipped' && reason) return t(`batch.reason_${reason}`);
  if (failure && state !== 'done') {
    const { reason: cause } = failure.data;
    return isShort && typeof cause === 'string' ? `${cause[0]?.toUpperCase() ?? ''}${cause.slice(1)}` : failure.message;
  }
  return notices?.join(' ') ?? '';
}

const planWords = {
  waiting: 'batch.willBeMade',
  running: 'batch.willBeMade',
  done: 'batch.state_done',
  skipped: 'batch.willBeSkipped',
  failed: 'batch.cannotBeMade',
} as const;

export const secondsWords = (ms: number | undefined): string =>
  ms === undefined ? '' : t('batch.seconds', { seconds: (ms / 1000).toFixed(ms < 10_000 ? 1 : 0) });

/** How long something still takes, no finer than it is known. */
export function roughWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 10) return t('batch.fewSeconds');
  return t('batch.planTime', { time: durationWords(seconds < 90 ? Math.round(seconds / 5) * 5000 : ms) });
}

/** How long something takes, as a person would say it. */
export function durationWords(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 90) return t('batch.inSeconds', { count: seconds });
  const minutes = Math.round(seconds / 60);
  return minutes < 90
    ? t('batch.inMinutes', { count: minutes })
    : t('batch.inHours', { hours: (minutes / 60).toFixed(1) });
}
