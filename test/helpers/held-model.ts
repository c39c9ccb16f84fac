import type { EditModel, EditRun } from '#models/api';

/** Where an edit waits, and for what. */
export interface Hold {
  readonly row: number; // of the model's cells: at least so many are there and, where they are looked at, seen while it waits
  readonly until: Promise<void>;
  readonly onHeld?: () => void;
}

/** A model whose edits stand still at a row until they are let go, so that what is seen then can be looked at for as long as it takes. */
export const heldModel = (model: EditModel, hold: Hold): EditModel =>
  withMethod(model, 'begin', async (...args: Parameters<EditModel['begin']>) =>
    heldRun(await model.begin(...args), model.capabilities.grid, hold),
  );

function heldRun(run: EditRun, grid: number, { row, until, onHeld }: Hold): EditRun {
  let isHeld = true;
  let seen: number | undefined; // rows; undefined: nobody looks
  const looked = withMethod(run, 'preview', async () => {
    const bands = await run.preview();
    seen = Math.max(seen ?? 0, ...bands.map(({ firstRow, rows }) => firstRow + rows));
    return bands;
  });
  const isThere = (): boolean => {
    const rows = run.committed / grid;
    return (seen ?? rows) >= row || rows >= grid - 1; // not all rows are seen one by one
  };
  return withMethod(looked, 'step', async (signal?: AbortSignal) => {
    if (isHeld && isThere()) {
      onHeld?.();
      await Promise.race([until, aborted(signal)]);
      isHeld = false;
    }
    await run.step(signal);
  });
}

const aborted = (signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));

/** The same object with another method. What it keeps for itself stays within reach of its own methods. */
function withMethod<T extends object, Name extends keyof T>(of: T, name: Name, method: T[Name]): T {
  return new Proxy(of, {
    get(target, key) {
      if (key === name) return method;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
