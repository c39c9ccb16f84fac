import type { EditRun } from '#models/api';
import type { JobMessage } from '#common/contract/job-message.ts';

type Progress = Extract<JobMessage, { type: 'progress' }>;
type Measured = Pick<EditRun, 'committed' | 'totalSteps' | 'etaMs'>;

const minGapMs = 100;

/** Reports how far a run is: the first and the last step always, those between at most ten times a second. */
export function progressOf(say: (message: Progress) => void, now = () => performance.now()) {
  let last: number | undefined;
  return ({ committed: step, totalSteps: of, etaMs }: Measured): void => {
    const at = now();
    if (last !== undefined && step < of && at - last < minGapMs) return;
    last = at;
    say({ type: 'progress', step, of, etaMs: etaMs === undefined ? null : Math.round(etaMs) });
  };
}
