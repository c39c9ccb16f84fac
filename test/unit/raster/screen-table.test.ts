import { expect, test } from 'vitest';
import { fromScreen, screenColours, toScreen } from '#common/raster/screen-colours.ts';
import { asTables, gridColours } from '#common/raster/screen-table.ts';
import { screenTables } from '#node/images/screen-tables.ts';
import { builtInProfile, srgbProfile, toSrgb8 } from '#node/images/to-srgb.ts';
import { tableProfile } from '../images/table-profile.ts';

const profile = tableProfile();
const colours = async () => asTables((await screenTables(profile))!);

/** Some of everything, opaque. */
function samples(depth: 8 | 16, count: number): Uint8Array | Uint16Array {
  const most = depth === 8 ? 0xff : 0xffff;
  const data = depth === 8 ? new Uint8Array(count * 4) : new Uint16Array(count * 4);
  return data.map((_, i) => (i % 4 === 3 ? most : (Math.imul(i + 1, 2654435761) >>> 5) & most));
}

test('a profile of tables has no primaries to compute with, even where it states some', () => {
  expect(screenColours(profile)).toBeUndefined();
});

// Of 16 bits the exact conversion rounds to 8 before it begins, which is worth another level.
test.each([
  [8, 2],
  [16, 3],
] as const)('samples of %i bits are seen as lcms shows them, within %i levels', async (depth, most) => {
  const data = samples(depth, 5000);
  const { data: exact } = await toSrgb8({ width: 5000, height: 1, channels: 4, depth, data, profile });
  const seen = toScreen(data, await colours());
  let worst = 0;
  for (let pixel = 0; pixel < 5000; pixel++) {
    for (let c = 0; c < 3; c++) worst = Math.max(worst, Math.abs(seen[pixel * 4 + c]! - exact[pixel * 3 + c]!));
    expect(seen[pixel * 4 + 3]).toBe(255);
  }
  expect(worst).toBeLessThanOrEqual(most);
  const asTheyAre = exact.every((value, i) => value === data[Math.floor(i / 3) * 4 + (i % 3)]);
  expect(asTheyAre).toBe(false);
});

test('a colour that is picked from the screen and painted is seen as it was', async () => {
  const tables = await colours();
  for (const rgb of [
    [0.5, 0.5, 0.5],
    [0.8, 0.3, 0.2],
    [0.1, 0.4, 0.6],
    [1, 1, 1],
  ] as const) {
    const painted = Uint16Array.from([...fromScreen(rgb, tables), 1], (share) => share * 65535);
    const seen = toScreen(painted, tables);
    for (const c of [0, 1, 2]) expect(Math.abs(seen[c]! - rgb[c]! * 255)).toBeLessThanOrEqual(4); // the profile's own tables lead there and back
  }
});

test('sRGB and what is no profile have no tables; where lcms refuses one, numbers are shown as they are', async () => {
  expect(await screenTables(await srgbProfile())).toBeNull();
  expect(await screenTables(new Uint8Array(7))).toBeNull();
  const cut = (await screenTables(profile.subarray(0, 300)))!;
  expect(Buffer.from(cut.toScreen).equals(gridColours())).toBe(true);
});

test('a profile of primaries has the same colours either way', async () => {
  const p3 = await builtInProfile('p3');
  const data = samples(8, 2000);
  const [byTable, byPrimaries] = [
    toScreen(data, asTables((await screenTables(p3))!)),
    toScreen(data, screenColours(p3)!),
  ];
  const apart = byTable.map((value, i) => Math.abs(value - byPrimaries[i]!));
  expect(Math.max(...apart)).toBeLessThanOrEqual(4);
});
