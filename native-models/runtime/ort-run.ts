import type { Handle, OrtApi } from './ort-api.ts';
import type { RunOptions } from './session.ts';

/** Makes native run options for one run, stops the run when the signal fires, and releases them afterwards.
 * Rejects with the signal's reason when it fired before the end, whatever the run made of it. */
export async function withRunOptions(
  api: OrtApi,
  { signal, config = {} }: RunOptions,
  run: (options: Handle) => Promise<void>,
): Promise<void> {
  signal?.throwIfAborted();
  const options = api.create('createRunOptions');
  const terminate = (): void => api.call('runOptionsSetTerminate', options);
  try {
    api.call('runOptionsSetRunLogSeverityLevel', options, 4);
    for (const [key, value] of Object.entries(config)) api.call('addRunConfigEntry', options, key, value);
    signal?.addEventListener('abort', terminate, { once: true });
    await run(options);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', terminate);
    api.release('releaseRunOptions', options);
  }
  signal?.throwIfAborted();
}
