import { join } from 'node:path';
import type { DeviceGuard, EditModel } from '#models/api';
import { readPack } from '#models';
import type { Pack } from '#models';
import type { BlobId } from '#common/contract/blobs.ts';
import { zEditOrder, zOrderMessage } from '#common/contract/edit-order.ts';
import type { OrderMessage } from '#common/contract/edit-order.ts';
import { zEditRequest } from '#common/contract/edit-request.ts';
import type { JobMessage } from '#common/contract/job-message.ts';
import { zJobMessage } from '#common/contract/job-message.ts';
import type { Mask } from '#common/raster/masks.ts';
import type { Raster } from '#common/raster/raster.ts';
import { Engine } from '#node/engine/engine.ts';
import type { NewPixels, PaintTarget } from '#node/engine/paint-job.ts';
import { createLog } from '#node/log/log.ts';
import { FakeModel } from './fake-model.ts';
import type { FakeModelSettings } from './fake-model.ts';
import { writeFakePack } from './fake-pack.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** An engine over one fake model, and a folder to work in. `start` begins an edit and collects what it says. */
export async function engineWithFakeModel(
  settings?: Partial<FakeModelSettings>,
  pack?: Partial<Pack>,
  guard?: DeviceGuard,
) {
  const folder = temporaryFolder();
  const packFolder = join(folder, 'pack');
  await writeFakePack(packFolder, 'fake', 'weights', pack);
  const model = new FakeModel({ imageSize: 64, grid: 4, ...settings });
  const opened: string[] = [];
  const engineOf = (own: EditModel): Engine =>
    new Engine({
      library: { find: () => readPack(packFolder) },
      openModel: (path): Promise<EditModel> => {
        opened.push(path);
        return Promise.resolve(own);
      },
      guard,
      version: '1.2.3',
      log: createLog('silent'),
    });
  const engine = engineOf(model);
  const at = (name: string): string => join(folder, name);
  const start = (request: object) => {
    const said: JobMessage[] = [];
    let job = '';
    const done = new Promise<JobMessage>((resolve) => {
      job = engine.edit(zEditRequest.parse({ instruction: 'invert it', out: at('out.png'), ...request }), (message) => {
        said.push(zJobMessage.parse(message));
        if (['finished', 'cancelled', 'failed'].includes(message.type)) resolve(message);
      });
    });
    return { job, said, done };
  };
  return { folder, at, engine, engineOf, model, opened, start, paint: painter(engine) };
}

/** Begins edits of pictures in memory; patches come back as the pixels themselves, in the order of variants. */
function painter(engine: Engine) {
  return (photo: Raster, settings: object, selection?: Mask, target?: PaintTarget) => {
    const said: OrderMessage[] = [];
    const patches: NewPixels[] = [];
    let job = '';
    const done = new Promise<OrderMessage>((resolve) => {
      const order = zEditOrder.parse({ instruction: 'invert it', picture, ...settings });
      const work = {
        settings: order,
        picture: () => Promise.resolve({ raster: photo, notices: [] }),
        selection: () => Promise.resolve(selection),
        ...(target && { target: () => Promise.resolve(target) }),
        storeThumbnail: () => Promise.resolve(picture.blob),
        store: (pixels: NewPixels) => {
          patches.push(pixels);
          return Promise.resolve({ offset: { x: 0, y: 0 }, pixels: stored, mask: null });
        },
      };
      job = engine.paint(work, (message) => {
        said.push(zOrderMessage.parse(message));
        if (['finished', 'cancelled', 'failed'].includes(message.type)) resolve(message);
      });
    });
    return { job, said, patches, done };
  };
}

const picture = { blob: '0'.repeat(64) as BlobId, name: 'photo.png' };
const stored = { extent: { width: 1, height: 1 }, channels: 4 as const, depth: 8 as const, tiles: [] };
