/** Turns that the event loop takes while `work` runs: how often anything else could have run meanwhile. Work that waits for no
 * file, process or timer takes a turn only where it pauses. */
export async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    if (isOver) return;
    turns++;
    setImmediate(count);
  };
  setImmediate(count);
  await work();
  isOver = true;
  return turns;
}
