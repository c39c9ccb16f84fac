import { checkFeeds, type HostTensor } from './host-tensor.ts';
import { handles, keepingAlive, loadOrtApi, stringTable, type OrtApi } from './ort-api.ts';
import { withRunOptions } from './ort-run.ts';
import { RunTracker } from './run-tracker.ts';
import { toModelError } from './model-errors.ts';
import { openOrtSession, type OrtSession } from './ort-session.ts';
import { pinTensor, readValue } from './ort-values.ts';
import type { Device, RunOptions, Session, SessionOptions, Tensors } from './session.ts';
import { inTurn } from './turns.ts';

class FfiSession implements Session {
  readonly backend = 'ffi';
  readonly inputs;
  readonly outputs;
  readonly #tracker: RunTracker;

  constructor(
    readonly api: OrtApi,
    readonly session: OrtSession,
    readonly device: Device,
  ) {
    this.inputs = session.inputs;
    this.outputs = session.outputs;
    this.#tracker = new RunTracker(`the session of ${session.graph}`);
  }

  run(
    feeds: Tensors,
    fetch = this.outputs.map((output) => output.name),
    options: RunOptions = {},
  ): Promise<Record<string, HostTensor>> {
    return this.#tracker.track(async () => {
      checkFeeds(this.session.graph, this.inputs, this.outputs, feeds, fetch);
      try {
        return await inTurn(this.device, () => this.#run(feeds, fetch, options));
      } catch (error) {
        throw toModelError(error, this.session.graph, this.device, 'device-unavailable');
      }
    });
  }

  async #run(feeds: Tensors, fetch: readonly string[], options: RunOptions): Promise<Record<string, HostTensor>> {
    const { api } = this;
    const names = Object.keys(feeds);
    const pinned = names.map((name) => pinTensor(api, feeds[name]));
    const inputNames = stringTable(api, names);
    const outputNames = stringTable(api, fetch);
    const inputs = handles(names.length);
    pinned.forEach(({ value }, i) => (inputs[i] = value));
    const outputs = handles(fetch.length);
    try {
      const size = [names.length, fetch.length] as const;
      await keepingAlive([pinned, inputNames, inputs, outputNames, outputs], () =>
        withRunOptions(api, options, (native) =>
          api.callAsync('run', this.session.handle, native, inputNames, inputs, size[0], outputNames, size[1], outputs),
        ),
      );
      const tensors: Record<string, HostTensor> = {};
      for (const [i, name] of fetch.entries()) tensors[name] = await readValue(api, outputs[i]);
      return tensors;
    } finally {
      for (const { value } of pinned) api.release('releaseValue', value);
      for (const value of outputs) if (value) api.release('releaseValue', value);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!(await this.#tracker.close())) return;
    await inTurn(this.device, () => this.api.releaseAsync('releaseSession', this.session.handle));
  }
}

/** A stateless session over an open native one, which it takes over. */
export const asSession = (api: OrtApi, session: OrtSession, device: Device): Session =>
  new FfiSession(api, session, device);

/** Opens a graph through the C API. Rejects with a plain Error where that cannot be loaded, else as `openSession`. */
export async function openFfiSession(model: string | Uint8Array, options: SessionOptions): Promise<Session> {
  const api = await loadOrtApi();
  return asSession(api, await openOrtSession(api, model, options), options.device ?? 'cpu');
}
