import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { builtInProfile, toSrgb8 } from '#node/images/to-srgb.ts';
import { fromScreen, screenColours, toScreen } from '#common/raster/screen-colours.ts';
import type { Raster } from '#common/raster/raster.ts';

/** A profile of three primaries and one curve for all: what cameras and editors write for Adobe RGB. */
function profileOf(primaries: readonly (readonly number[])[], gamma: number): Uint8Array {
  const names = ['rXYZ', 'gXYZ', 'bXYZ', 'rTRC', 'gTRC', 'bTRC'];
  const bytes = new Uint8Array(132 + names.length * 32);
  const view = new DataView(bytes.buffer);
  const write = (at: number, text: string) =>
    [...text].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  view.setUint32(128, names.length);
  names.forEach((name, i) => {
    const [entry, at] = [132 + i * 12, 132 + names.length * 12 + i * 20];
    write(entry, name);
    view.setUint32(entry + 4, at);
    view.setUint32(entry + 8, 20);
    write(at, i < 3 ? 'XYZ ' : 'curv');
    if (i < 3) primaries[i]!.forEach((value, axis) => view.setInt32(at + 8 + 4 * axis, Math.round(value * 65536)));
    else {
      view.setUint32(at + 8, 1);
      view.setUint16(at + 12, Math.round(gamma * 256));
    }
  });
  return bytes;
}
const adobeRgb = profileOf(
  [
    [0.60974, 0.31111, 0.01947],
    [0.20528, 0.62567, 0.06087],
    [0.14919, 0.06322, 0.74457],
  ],
  2.2,
);

const colour = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255));

describe('the colours of a document on the screen', () => {
  test('are those a colour engine makes of Display P3, within two levels', async () => {
    const profile = await builtInProfile('p3');
    const colours = screenColours(profile)!;
    const data = new Uint8Array(64 * 3);
    for (let i = 0; i < 64; i++) data.set([(i % 4) * 85, ((i >> 2) % 4) * 85, (i >> 4) * 85], i * 3);
    const raster: Raster = { width: 64, height: 1, channels: 3, depth: 8, data, profile };
    const wanted = (await toSrgb8(raster)).data;
    const rgba = new Uint8Array(64 * 4).fill(255);
    for (let i = 0; i < 64; i++) rgba.set(data.subarray(i * 3, i * 3 + 3), i * 4);
    const shown = toScreen(rgba, colours);
    for (let i = 0; i < 64; i++) {
      for (let c = 0; c < 3; c++) expect(Math.abs(shown[i * 4 + c]! - wanted[i * 3 + c]!)).toBeLessThanOrEqual(2);
    }
  });

  test('of Adobe RGB are more vivid on a screen than their numbers', () => {
    const colours = screenColours(adobeRgb)!;
    const [red, green, blue, alpha] = toScreen(new Uint8Array([100, 180, 90, 77]), colours);
    expect([red! < 100, green! >= 179, blue! < 90, alpha]).toEqual([true, true, true, 77]);
    for (const grey of [0, 17, 128, 254, 255]) {
      const [r, g, b] = toScreen(new Uint8Array([grey, grey, grey, 255]), colours);
      expect(Math.max(Math.abs(r! - g!), Math.abs(g! - b!))).toBeLessThanOrEqual(1); // greys stay grey
    }
  });

  test('of 16 bits are the same as of 8', () => {
    const colours = screenColours(adobeRgb)!;
    fc.assert(
      fc.property(colour, (rgb) => {
        const shallow = toScreen(new Uint8Array([...rgb, 255]), colours);
        expect([...toScreen(new Uint16Array([...rgb.map((value) => value * 257), 65535]), colours)]).toEqual([
          ...shallow,
        ]);
      }),
    );
  });

  test('can be gone back to: what is painted looks as it was picked', () => {
    const colours = screenColours(adobeRgb)!;
    fc.assert(
      fc.property(colour, (rgb) => {
        const own = fromScreen(rgb.map((value) => value / 255) as [number, number, number], colours);
        const shown = toScreen(new Uint16Array([...own.map((value) => Math.round(value * 65535)), 65535]), colours);
        for (let c = 0; c < 3; c++) expect(Math.abs(shown[c]! - rgb[c]!)).toBeLessThanOrEqual(2);
      }),
    );
  });

  test('are taken as they are where a profile is made otherwise, or damaged', () => {
    expect(screenColours(new Uint8Array(10))).toBeUndefined();
    expect(screenColours(new Uint8Array(500))).toBeUndefined();
    fc.assert(fc.property(fc.nat(adobeRgb.length), (length) => void screenColours(adobeRgb.slice(0, length))));
    expect(
      screenColours(
        profileOf(
          [
            [0, 0, 0],
            [0, 0, 0],
            [0, 0, 0],
          ],
          2.2,
        ),
      ),
    ).toBeUndefined();
  });
});
