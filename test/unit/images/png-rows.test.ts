import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { newSamples } from '#common/raster/raster.ts';
import type { Depth, Samples } from '#common/raster/raster.ts';
import { decodeImage } from '#node/images/decode.ts';
import { pngChunks } from '#node/images/png-chunks.ts';
import { joinedAdler, noAdler, packRows, pngEnd, pngHead } from '#node/images/png-rows.ts';
import { builtInProfile } from '#node/images/to-srgb.ts';

/** Shades, runs of one value and noise. */
function rows(depth: Depth, width: number, height: number, seed: number): Samples {
  const most = depth === 8 ? 0xff : 0xffff;
  const samples = newSamples(depth, width * height * 4);
  return samples.map((_, i) => ((i >> 6) % 3 === 0 ? most : (i * 2654435761 * seed) >>> 7) & most) as Samples;
}

async function png(groups: readonly Samples[], width: number, profile?: Uint8Array): Promise<Uint8Array> {
  const packed = [];
  for (const group of groups) packed.push(await packRows(group, width));
  const height = groups.reduce((sum, { length }) => sum + length / (width * 4), 0);
  const depth = groups[0]!.BYTES_PER_ELEMENT === 1 ? 8 : 16;
  return Buffer.concat([
    pngHead({ width, height }, depth, profile),
    ...packed.map(({ chunk }) => chunk),
    pngEnd(packed.reduce(joinedAdler, noAdler)),
  ]);
}

test.each([8, 16] as const)(
  'groups of rows of %i bits, packed on their own, are one picture with every sample as it was',
  async (depth) => {
    const width = 37;
    const groups = [rows(depth, width, 20, 3), newSamples(depth, width * 4 * 256), rows(depth, width, 1, 5)];
    const profile = await builtInProfile('p3');
    const file = await png(groups, width, profile);
    const { raster } = await decodeImage(file);
    expect(raster).toMatchObject({ width, height: 277, channels: 4, depth });
    expect(Buffer.from(raster.profile!)).toEqual(Buffer.from(profile));
    expect(Array.from(raster.data)).toEqual(groups.flatMap((group) => Array.from(group)));
  },
);

test('the check sum of all rows is right, which not every reader checks', async () => {
  const file = await png([rows(8, 300, 256, 7), rows(8, 300, 256, 11), rows(8, 300, 9, 13)], 300);
  const data = [...pngChunks(file)].flatMap(({ type, data }) => (type === 'IDAT' ? [data] : []));
  expect(inflateSync(Buffer.concat(data))).toHaveLength(521 * 1201); // it throws for a wrong one
});
