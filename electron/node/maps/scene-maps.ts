import { classesOf } from '#models/maps';
import type { MakeSceneMap, SceneMap } from '#models';
import type { ModelLibrary } from '../models/model-library.ts';
import { openMapMaker } from './make-map.ts';

/** Networks for both maps of rendered scenes, opened once. */
export interface SceneMapMakers extends AsyncDisposable {
  readonly make: MakeSceneMap; // levels of depth, or indices of classes
}

/** @param models ids or folders of packs; left out: what a picture would be given to by itself
 * @throws AppError `extractor-missing`, `model-missing`; ModelError */
export async function openSceneMaps(
  models: Readonly<Partial<Record<SceneMap, string | undefined>>>,
  library: Pick<ModelLibrary, 'list' | 'find'>,
): Promise<SceneMapMakers> {
  const open = (kind: SceneMap) => {
    const model = models[kind];
    return openMapMaker({ kind, detector: 'opencv', ...(model !== undefined && { model }) }, library);
  };
  const depth = await open('depth');
  const segmentation = await open('segmentation').catch(async (error: unknown) => {
    await depth[Symbol.asyncDispose]();
    throw error;
  });
  return {
    async make(kind, picture, signal) {
      const { map } = await (kind === 'depth' ? depth : segmentation).make(picture, signal);
      return kind === 'depth' ? map.data : classesOf(map.data);
    },
    async [Symbol.asyncDispose]() {
      await depth[Symbol.asyncDispose]();
      await segmentation[Symbol.asyncDispose]();
    },
  };
}
