/** Lets other work run: resolves after events that wait have been handled. The host provides it, since nothing here may know
 * timers. */
export type Pause = () => Promise<void>;

/** For callers that have nothing else to do. */
export const withoutPause: Pause = () => Promise.resolve();

const samplesPerSlice = 2 ** 16; // a millisecond of work, a few before it is compiled
const longestMs = 12;

/** Runs `work` over all rows in order, a range at a time, and pauses whenever about 12 ms have passed, so that the event loop is
 * never held up for long. @param samplesPerRow how much there is to do in one row */
export async function inSlices(
  rows: number,
  samplesPerRow: number,
  pause: Pause,
  work: (firstRow: number, endRow: number) => void,
): Promise<void> {
  const step = Math.max(1, Math.floor(samplesPerSlice / Math.max(1, samplesPerRow)));
  let since = Date.now();
  for (let first = 0; first < rows; first += step) {
    work(first, Math.min(rows, first + step));
    if (Date.now() - since < longestMs) continue;
    await pause();
    since = Date.now();
  }
}
