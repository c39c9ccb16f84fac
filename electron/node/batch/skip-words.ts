import type { ItemReport, SkipReason } from '#common/contract/batch.ts';

const words: Readonly<Record<SkipReason, string>> = {
  'done-before': 'made before by the same recipe',
  exists: 'a file of that name is there',
  'left-out': 'left out by you',
};

/** Why an item was skipped or failed, for a person; undefined where there is nothing to say. */
export const whyNot = ({ failure, reason }: Pick<ItemReport, 'failure' | 'reason'>): string | undefined =>
  failure?.message ?? (reason && words[reason]);
