import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BatchMessage, ItemReport } from '#common/contract/batch.ts';
import { describeFailure } from '../engine/failure.ts';
import { readFailure } from '../images/read-image-file.ts';
import type { BatchContext, BatchRequest } from './batch.ts';
import { plannedOf } from './batch.ts';
import { BatchState } from './batch-state.ts';
import { readEntries } from './journal.ts';
import { leftOutWords } from './listing.ts';
import { nothingPlanned } from './batch-plan.ts';
import { checkFolders, planFolder } from './plan-folder.ts';
import { batchFiles } from './report.ts';

type DryRun = Extract<BatchMessage, { type: 'dry-run' }>;

/** Says what a batch would do, and does nothing. Files are read only where an earlier batch may have done the same.
 * @throws AppError as `Batch.open` */
export async function dryRun(
  request: BatchRequest,
  { facts, work, expectedMs, signal, say }: Pick<BatchContext, 'facts' | 'work' | 'expectedMs' | 'signal' | 'say'>,
): Promise<DryRun> {
  await checkFolders(request);
  const state = BatchState.of(await readEntries(join(request.output, batchFiles.journal)));
  const planned = { ...(request.resume ? plannedOf(state) : nothingPlanned), made: state.outputs };
  const plan = await planFolder(request, facts, planned);
  const reports: ItemReport[] = request.resume ? [...state.items] : [];
  for (const item of plan.items) {
    signal.throwIfAborted();
    const waiting: ItemReport = { ...item, state: 'waiting', attempts: 0 };
    reports.push(
      plan.exist.has(item.index) ? { ...waiting, state: 'skipped', reason: 'exists' } : await foresee(waiting),
    );
  }
  for (const report of reports) say({ type: 'item', ...report });
  for (const text of leftOutWords(plan)) say({ type: 'notice', text });
  const count = (name: ItemReport['state']): number => reports.filter(({ state: found }) => found === name).length;
  const make = count('waiting');
  const etaMs = expectedMs === undefined ? null : make * expectedMs;
  return { type: 'dry-run', in: reports.length, make, skipped: count('skipped'), failed: count('failed'), etaMs };

  async function foresee(item: ItemReport): Promise<ItemReport> {
    try {
      const path = join(request.input, item.input);
      await stat(path).catch((cause: unknown) => {
        throw readFailure(path, cause);
      });
      if (!state.hasMadeOf(item.input)) return item;
      const made = state.madeOf(item.input, await work.keyOf(item, signal));
      return made ? { ...item, state: 'skipped', reason: 'done-before' } : item;
    } catch (error) {
      signal.throwIfAborted();
      return { ...item, state: 'failed', failure: describeFailure(error) };
    }
  }
}
