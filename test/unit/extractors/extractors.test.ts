import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { palette, unlabelled } from '../../../native-models/conditions/palette.ts';
import { inputSize as depthSize } from '../../../native-models/extractors/depth.ts';
import { giveWorlds } from '../../../native-models/extractors/give-worlds.ts';
import { openExtractor } from '../../../native-models/extractors/open-extractor.ts';
import { enlarge, normalizations, pictureTensor } from '../../../native-models/extractors/planes.ts';
import { classScores, inputSize, likeliest } from '../../../native-models/extractors/segmentation.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import {
  depthStandIn,
  detrStandIn,
  levelsStandIn,
  maskformerStandIn,
  segformerStandIn,
  writeExtractorPack,
} from '../../helpers/extractor-packs.ts';
import { colourImage, greyImage } from '../conditions/pictures.ts';

const closest = { side: 518, sizing: 'closest', multiple: 14 } as const;

test.each([
  [512, 512, 518, 518],
  [640, 480, 686, 518],
  [64, 32, 518, 252],
  [4000, 3000, 686, 518],
])('Depth Anything takes %i × %i as %i × %i', (width, height, toWidth, toHeight) => {
  expect(depthSize({ width, height }, closest)).toEqual({ width: toWidth, height: toHeight });
});

test('DPT takes everything as a square', () => {
  const fixed = { side: 384, sizing: 'fixed', multiple: 1 } as const;
  expect(depthSize({ width: 900, height: 300 }, fixed)).toEqual({ width: 384, height: 384 });
});

test.each([
  [640, 480, 1066, 800],
  [480, 640, 800, 1066],
  [2000, 500, 1333, 333],
  [800, 800, 800, 800],
])('DETR takes %i × %i as %i × %i', (width, height, toWidth, toHeight) => {
  const size = inputSize({ width, height }, { shortest: 800, longest: 1333 });
  expect(size).toEqual({ width: toWidth, height: toHeight });
});

test('pictures are normalised per channel and padded with zeros', () => {
  const form = {
    width: 1,
    height: 1,
    padded: { width: 2, height: 1 },
    filter: 'bilinear',
    normalization: normalizations.imagenet,
  };
  const { dims, data } = pictureTensor(
    colourImage(1, 1, () => [255, 0, 51]),
    { ...form, filter: 'bilinear' },
  );
  expect(dims).toEqual([1, 3, 1, 2]);
  const expected = [(1 - 0.485) / 0.229, 0, -0.456 / 0.224, 0, (0.2 - 0.406) / 0.225, 0];
  Array.from(data as Float32Array, (value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
});

test('values are enlarged between pixel centres, padding left out', () => {
  const grid = { width: 2, height: 1, across: 2, down: 1 };
  expect([...enlarge(Float32Array.of(0, 4), grid, 4, 1)]).toEqual([0, 1, 3, 4]);
  expect([...enlarge(Float32Array.of(0, 4, 100, 100), { width: 4, height: 1, across: 2, down: 1 }, 2, 1)]).toEqual([
    0, 4,
  ]);
});

describe('queries become classes', () => {
  const logit = (p: number): number => Math.log(p / (1 - p));

  test('the example of the specification: two queries, two pixels', () => {
    const queries = { queries: 2, labels: 2, chances: Float32Array.of(0.9, 0.1, 0, 0.2, 0.8, 0) };
    const masks = Float32Array.of(40, -40, -40, 40);
    const scores = classScores({ ...queries, masks }, [0, 1]);
    expect([...likeliest(scores, (plane) => plane)]).toEqual([0, 1]);
  });

  test('classes the palette lacks are ignored, and weak ones are left unlabelled', () => {
    const queries = { queries: 1, labels: 2, chances: Float32Array.of(0.7, 0.3, 0) };
    const scores = classScores({ ...queries, masks: Float32Array.of(logit(0.9), logit(0.2)) }, [-1, 8]);
    expect([...likeliest(scores, (plane) => plane)]).toEqual([8, unlabelled]);
  });
});

describe('packs with stand-in graphs', () => {
  const depthConfig = { side: 28, sizing: 'closest', multiple: 14, filter: 'bicubic', normalization: 'imagenet' };

  test('a depth network makes a map as large as the picture, near is bright', async () => {
    const folder = temporaryFolder();
    await writeExtractorPack(join(folder, 'depth'), 'depth', depthStandIn(), depthConfig);
    await using extractor = await openExtractor(join(folder, 'depth'));
    expect([extractor.kind, extractor.about.title]).toEqual(['depth', 'Stand-in depth']);
    const { data: map } = await extractor.extract(greyImage(56, 28, (x) => x * 4));
    expect(map).toHaveLength(56 * 28);
    expect([map[0], map[55]]).toEqual([0, 255]);
    expect(map.subarray(0, 56)).toEqual(map.subarray(0, 56).toSorted());
    expect((await extractor.extract(greyImage(30, 30, () => 90))).data).toEqual(new Uint8Array(900));
  });

  test('a network of DETR’s interface finds COCO categories and gives palette indices', async () => {
    const folder = temporaryFolder();
    const config = { form: 'detr', shortest: 32, longest: 64, labels: 'coco-category' };
    await writeExtractorPack(join(folder, 'detr'), 'segmentation', detrStandIn([63, 88]), config);
    await using extractor = await openExtractor(join(folder, 'detr'));
    const { data: map } = await extractor.extract(greyImage(48, 24, (x) => (x < 24 ? 250 : 0)));
    expect([map[0], map[47], map[48 * 23]]).toEqual([57, 77, 57]); // couch, teddy bear
    expect(new Set(map)).toEqual(new Set([57, 77]));
  });

  test('a network of MaskFormer’s interface is padded to its multiple', async () => {
    const folder = temporaryFolder();
    const config = { form: 'maskformer', shortest: 20, longest: 64, multiple: 32, labels: 'palette-index' };
    await writeExtractorPack(join(folder, 'maskformer'), 'segmentation', maskformerStandIn(), config);
    await using extractor = await openExtractor(join(folder, 'maskformer'));
    expect(await extractor.extract(greyImage(10, 9, () => 3))).toEqual({
      data: new Uint8Array(90).fill(5),
      isFamiliar: true,
    });
  });

  test('a network of SegFormer’s interface takes a square, and its classes are COCO’s by name', async () => {
    const folder = temporaryFolder();
    const config = { form: 'dense', side: 32, labels: 'ade20k' };
    await writeExtractorPack(join(folder, 'segformer'), 'segmentation', segformerStandIn(), config);
    await using extractor = await openExtractor(join(folder, 'segformer'));
    const { data } = await extractor.extract(greyImage(48, 24, (x) => (x < 24 ? 250 : 0)));
    const names = [data[0]!, data[47]!, data[48 * 23]!].map((index) => palette[index]?.name);
    expect(names).toEqual(['wall-other-merged', 'building-other-merged', 'wall-other-merged']);
    expect(new Set(data.subarray(0, 20))).toEqual(new Set([data[0]]));
  });

  test('classes that the palette lacks are left unlabelled', async () => {
    const folder = temporaryFolder();
    const config = { form: 'dense', side: 16, labels: 'coco-category' }; // 0 is no category, 1 a person
    await writeExtractorPack(join(folder, 'dense'), 'segmentation', segformerStandIn(), config);
    await using extractor = await openExtractor(join(folder, 'dense'));
    expect((await extractor.extract(greyImage(4, 4, () => 250))).data).toEqual(new Uint8Array(16).fill(unlabelled));
    expect((await extractor.extract(greyImage(4, 4, () => 0))).data).toEqual(new Uint8Array(16));
  });

  test('a network that says what worlds it knows warns of strangers, and may tell levels of depth', async () => {
    const folder = temporaryFolder();
    const config = { side: 16, sizing: 'fixed', filter: 'bilinear', normalization: 'half', scale: 'levels' };
    await writeExtractorPack(join(folder, 'ramp'), 'depth', levelsStandIn(), config, { note: 'It knows a ramp.' });
    const ramp = Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => 10 * Math.floor((Math.floor(i / 3) % 32) / 2));
    await giveWorlds(join(folder, 'ramp'), { pictures: ramp, width: 32, share: 0.9 });
    await using extractor = await openExtractor(join(folder, 'ramp'));
    expect(extractor.about).toMatchObject({ note: 'It knows a ramp.', worlds: { width: 32, share: 0.9 } });
    const known = await extractor.extract(greyImage(16, 16, (x) => x * 10));
    expect([known.isFamiliar, ...known.data.subarray(0, 16)]).toEqual([
      true,
      ...Array.from({ length: 16 }, (_, x) => x * 10),
    ]);
    const red = await extractor.extract(colourImage(16, 16, () => [240, 0, 0]));
    expect([red.isFamiliar, red.data[0]]).toEqual([false, 80]);
  });

  test('a graph with another interface, or a config that lacks something, is refused by name', async () => {
    const folder = temporaryFolder();
    await writeExtractorPack(join(folder, 'wrong'), 'depth', maskformerStandIn(), depthConfig);
    await expect(openExtractor(join(folder, 'wrong'))).rejects.toMatchObject({
      code: 'pack-invalid',
      message: 'the graph of stand-in-depth lacks predicted_depth',
    });
    await writeExtractorPack(join(folder, 'bare'), 'depth', depthStandIn(), { side: 28 });
    await expect(openExtractor(join(folder, 'bare'))).rejects.toMatchObject({ code: 'pack-invalid' });
  });
});
