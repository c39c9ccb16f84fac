/** One edit in progress. Whoever opens it disposes it. */
export interface DecodeRun extends AsyncDisposable {
  readonly totalSteps: number; // tokens, or scales
  /** Steps committed so far, of `totalSteps`. */
  readonly committed: number;
  /** Commits at least one token or scale. Rejects with the signal's reason when aborted. */
  step(signal?: AbortSignal): Promise<void>;
}

export interface StepEvent {
  readonly step: number; // committed so far
  readonly of: number;
}

/** Drives a run to its end: is it cancelled? step, report. Throws the signal's reason between steps. */
export async function* decode(run: DecodeRun, signal: AbortSignal): AsyncGenerator<StepEvent> {
  while (run.committed < run.totalSteps) {
    signal.throwIfAborted();
    await run.step(signal);
    yield { step: run.committed, of: run.totalSteps };
  }
}
