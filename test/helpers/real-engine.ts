import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HostedServices } from '#node/rpc/engine-services.ts';
import { hostServices } from '#node/rpc/host-services.ts';
import { createServices } from '#node/services.ts';
import type { OpenModel } from '#node/engine/opened-models.ts';
import { openModel } from '#models';
import { heldModel } from './held-model.ts';
import type { Hold } from './held-model.ts';

const programFolder = fileURLToPath(new URL('../..', import.meta.url));

/** Pictures that come with the embedded model. */
export const samples = join(programFolder, 'native-models', 'packs', 'mini', 'samples');

/** The engine with the embedded model and its map networks. @param folder where its data lie, and which batches may use
 * @param hold where every edit waits */
export async function realEngine(folder: string, hold?: Hold): Promise<HostedServices & AsyncDisposable> {
  const open: OpenModel = async (...args) => {
    const model = await openModel(...args);
    return hold ? heldModel(model, hold) : model;
  };
  const services = await createServices({ programFolder, dataFolder: join(folder, 'data'), openModel: open });
  return {
    ...hostServices(services, [folder]),
    [Symbol.asyncDispose]: () => services[Symbol.asyncDispose](),
  };
}
