import type { EditModel, EditRun } from '#models/api';

/** Where an edit waits, and for what. */
export interface Hold {
  readonly row: number; // of the model's cells: so many are there while it waits
  readonly until: Promise<void>;
}

/** A model whose edits stand still at a row until they are let go, so that what is seen then can be looked at for as long as it takes. */
export const heldModel = (model: EditModel, hold: Hold): EditModel =>
  withMethod(model, 'begin', async (...args: Parameters<EditModel['begin']>) =>
    heldRun(await model.begin(...args), hold.row * model.capabilities.grid, hold.until),
  );

function heldRun(run: EditRun, cells: number, until: Promise<void>): EditRun {
  let isHeld = true;
  return withMethod(run, 'step', async (signal?: AbortSignal) => {
    if (isHeld && run.committed >= cells) {
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
