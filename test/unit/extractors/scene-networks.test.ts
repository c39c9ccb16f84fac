import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { openExtractor } from '../../../native-models/extractors/open-extractor.ts';
import { paletteOf } from '../../../native-models/conditions/palette.ts';
import { sceneClasses } from '../../../native-models/conditions/scene-classes.ts';
import { evaluateMaps } from '../../../native-models/scenes/eval-maps.ts';
import type { ScoredScene } from '../../../native-models/scenes/eval-maps.ts';
import { mapTable } from '../../../native-models/scenes/eval-maps-table.ts';
import { colourImage } from '../conditions/pictures.ts';

const packs = fileURLToPath(new URL('../../../native-models/packs', import.meta.url));
const PATIENCE = 120_000; // milliseconds; the first look at a background and style renders its tiles

const openBoth = async () => ({
  depth: await openExtractor(join(packs, 'scene-depth')),
  segmentation: await openExtractor(join(packs, 'scene-segmentation')),
});

describe('the networks that come with the program', () => {
  test(
    'make maps of scenes they have not seen that are far better than knowing the empty world',
    async () => {
      const networks = await openBoth();
      const scenes: ScoredScene[] = [];
      const strangers: string[] = [];
      for (const layout of ['slots', 'full'] as const)
        for await (const scene of evaluateMaps(
          async (kind, picture) => {
            const { data, isFamiliar } = await networks[kind].extract(picture);
            if (!isFamiliar) strangers.push(kind);
            return data;
          },
          { split: 'val', layout, limit: 6 },
        ))
          scenes.push(scene);
      for (const network of Object.values(networks)) await network[Symbol.asyncDispose]();
      expect(strangers).toEqual([]);

      const rows = mapTable(scenes.flatMap(({ scores }) => scores));
      const mean = (map: string, maker: string, name: string): number =>
        rows.find((row) => row.map === map && row.maker === maker && row.of === 'all')!.values[name]!.mean;
      expect(mean('depth', 'network', 'rmse')).toBeLessThan(0.5 * mean('depth', 'empty scene', 'rmse'));
      expect(mean('depth', 'network', 'rank')).toBeGreaterThan(0.98);
      expect(mean('segmentation', 'network', 'objectIou')).toBeGreaterThan(0.9);
      expect(mean('segmentation', 'empty scene', 'objectIou')).toBe(0);
      const chair = rows.find(({ of }) => of === 'chair')!;
      expect(chair).toMatchObject({ map: 'segmentation', maker: 'network' });
      expect(chair.values.iou!.mean).toBeGreaterThan(0.85);
      expect(mean('segmentation', 'ramp or one class', 'meanIou')).toBeLessThan(0.3);
    },
    PATIENCE,
  );

  test.each<[string, (x: number, y: number) => readonly [number, number, number]]>([
    ['noise', (x, y) => [(x * 7919 + y * 104729) % 256, (x * 31 + y * y * 17) % 256, (x * x * 13 + y * 7) % 256]],
    ['stripes', (x) => (x % 16 < 8 ? [250, 250, 250] : [20, 20, 20])],
    ['a ramp of colours', (x, y) => [x * 2, y * 2, 255 - x * 2]],
  ])('say of %s that they do not know such pictures', async (_, at) => {
    for (const network of Object.values(await openBoth())) {
      const { data, isFamiliar } = await network.extract(colourImage(128, 128, at));
      expect([isFamiliar, data.length]).toEqual([false, 128 * 128]);
      await network[Symbol.asyncDispose]();
    }
  });

  test('take pictures of any size, and give classes of their own palette', async () => {
    const { depth, segmentation } = await openBoth();
    const picture = colourImage(50, 33, (x, y) => [x * 5, y * 7, 90]);
    expect((await depth.extract(picture)).data).toHaveLength(50 * 33);
    expect(paletteOf((await segmentation.extract(picture)).data)).toBe(sceneClasses);
    await depth[Symbol.asyncDispose]();
    await segmentation[Symbol.asyncDispose]();
  });
});
