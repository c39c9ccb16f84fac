import { expect, test } from 'vitest';
import { legendOf } from '#common/maps/map-files.ts';
import { applyLegend, readLegend, withNames } from '#common/maps/read-legend.ts';
import { recogniseMap } from '#common/maps/recognise-map.ts';
import type { ConditionMap } from '#common/maps/condition-map.ts';
import { classMap } from './maps.ts';

const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

test('a map and its legend come back as they were saved, names of one’s own too', () => {
  const map = classMap([[2, 2, 91, 255]]);
  const names = { 2: 'my red car' };
  const saved = withNames(legendOf(map, 'by hand'), names);
  expect(saved.classes.map(({ name }) => name)).toEqual(['my red car', 'house']);
  const again = applyLegend(map, readLegend(bytesOf(saved), 'photo.seg.json'));
  expect(again).toEqual({ map, names });
  expect(again.map).toBe(map);
  expect(withNames(legendOf(again.map, 'by hand'), again.names)).toEqual(saved);
});

test('colours of another program’s own become those of the palette by the names it gives', () => {
  const map: ConditionMap = { ...classMap([[255, 255, 255]]), data: Uint8Array.of(1, 2, 3, 1, 2, 3, 9, 9, 9) };
  const legend = { classes: [{ name: 'car', colour: '#010203' }, { name: 'of no palette', colour: '#090909' }] }; // prettier-ignore
  const read = applyLegend(map, readLegend(bytesOf(legend), 'a.json'));
  expect(read).toEqual({
    map: { ...map, data: Uint8Array.of(0, 0, 0x8e, 0, 0, 0x8e, 9, 9, 9) },
    names: {},
  });
});

test.each([
  ['no JSON', new TextEncoder().encode('{')],
  ['no text', Uint8Array.of(0xff, 0xfe, 0x00)],
  ['no classes', bytesOf({ version: 1 })],
  ['no colour', bytesOf({ classes: [{ name: 'car', colour: 'red' }] })],
  ['a name beyond measure', bytesOf({ classes: [{ name: 'x'.repeat(1000), colour: '#000001' }] })],
])('a legend that is none is refused: %s', (_, bytes) => {
  expect(() => readLegend(bytes, 'photo.seg.json')).toThrow(
    expect.objectContaining({ code: 'legend-unreadable', data: { path: 'photo.seg.json' } }),
  );
});

test.each([
  ['edges', 'canny', [0, 0, 0, 255, 255, 255, 0, 0, 0]],
  ['depth', 'depth', [0, 0, 0, 128, 128, 128, 255, 255, 255]],
  ['classes', 'segmentation', [0xdc, 0x14, 0x3c, 0, 0, 0, 0, 0, 0x8e]],
  ['a photograph', undefined, [200, 100, 50, 40, 80, 90, 0, 0, 0]],
] as const)('what a picture is, is seen in its pixels: %s', (_, kind, data) => {
  expect(recogniseMap({ kind: 'segmentation', width: 3, height: 1, data: Uint8Array.from(data) })).toBe(kind);
});
