import type { BlobId } from '#common/contract/blobs.ts';
import type { EngineImplementations } from '#common/contract/services.ts';
import { readMap } from '#common/maps/read-map.ts';
import { decodeImage } from '../images/decode.ts';
import { toSrgb8 } from '../images/to-srgb.ts';
import type { ModelLibrary } from '../models/model-library.ts';
import type { Stores } from '../projects/stores.ts';
import { openMapMaker } from './make-map.ts';
import { mapsBeside } from './maps-beside.ts';
import { encodeMap } from './write-map.ts';

/** What a page can ask about condition maps. */
export function mapServices(
  library: ModelLibrary,
  { blobs, files }: Pick<Stores, 'blobs' | 'files'>,
): EngineImplementations['maps'] {
  return {
    async read(bytes, kind) {
      const { map, notes } = readMap((await decodeImage(bytes)).raster, kind);
      return { map, notes: [...notes] };
    },
    async beside(handle) {
      const found = await mapsBeside(files.path(handle));
      return await Promise.all(
        found.map(async ({ kind, name, bytes, legend }) => ({
          ...{ kind, name, blob: await blobs.put(bytes) },
          legend: legend && (await blobs.put(legend)),
        })),
      );
    },
    write: (map) => encodeMap(map),
    async extract(picture, kind, model) {
      const { raster } = await decodeImage(await blobs.get(picture as BlobId));
      const recipe = { kind, detector: 'opencv', ...(model !== null && { model }) } as const;
      await using maker = await openMapMaker(recipe, library);
      const { map, madeBy, notices } = await maker.make(await toSrgb8(raster));
      return { map, madeBy, notices: [...notices] };
    },
  };
}
