import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HostedServices } from '#node/rpc/engine-services.ts';
import { hostServices } from '#node/rpc/host-services.ts';
import { createServices } from '#node/services.ts';

const programFolder = fileURLToPath(new URL('../..', import.meta.url));

/** Pictures that come with the embedded model. */
export const samples = join(programFolder, 'native-models', 'packs', 'mini', 'samples');

/** The engine with the embedded model and its map networks. @param folder where its data lie, and which batches may use */
export async function realEngine(folder: string): Promise<HostedServices & AsyncDisposable> {
  const services = await createServices({ programFolder, dataFolder: join(folder, 'data') });
  return {
    ...hostServices(services, [folder]),
    [Symbol.asyncDispose]: () => services[Symbol.asyncDispose](),
  };
}
