import type { EditRun } from '#models/api';
import type { JobMessage } from '#common/contract/job-message.ts';

const minGapMs = 100;

/** Reports how far a run is: the first and the last step always, those between at most ten times a second. */
export function progressOf(run: EditRun, say: (message: JobMessage) => void, now = () => performance.now()) {
  let last: number | undefined;
  return (): void => {
    const at = now();
    const { committed: step, totalSteps: of, etaMs = null } = run;
    if (last !== undefined && step < of && at - last < minGapMs) return;
    last = at;
    say({ type: 'progress', step, of, etaMs: etaMs === null ? null : Math.round(etaMs) });
  };
}
