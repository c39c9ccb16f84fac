import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blendModes } from '#common/raster/blend.ts';
import { readStackXml, stackXml } from '#node/projects/stack-xml.ts';

const place = fc.integer({ min: -100_000, max: 100_000 });
const layer = fc.record({
  name: fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 50 })
    .filter((name) => !/[\p{Cc}\ufffe\uffff]/u.test(name)),
  src: fc.constantFrom('data/layer0.png', 'data/layer1.png'),
  offset: fc.record({ x: place, y: place }),
  opacity: fc.double({ min: 0, max: 1, noNaN: true }).map((value) => Math.abs(value)),
  isVisible: fc.boolean(),
  isLocked: fc.boolean(),
  blend: fc.constantFrom(...blendModes),
});

test('layers come back as they were written', () => {
  fc.assert(
    fc.property(fc.array(layer, { maxLength: 5 }), (layers) => {
      const stack = { width: 10, height: 20, layers };
      expect(readStackXml(stackXml(stack))).toEqual({ ...stack, notices: [] });
    }),
  );
});

test('groups of other programs are dissolved, and unknown ways of blending named', () => {
  const { layers, notices } = readStackXml(`<?xml version='1.0'?><!DOCTYPE image [<!ENTITY a "b">]>
    <image w='100' h="50" xres="72"><!-- <layer name="no"/> --><stack name="root">
      <layer name="top" src="data/a.png"/>
      <stack x="10" y="5" opacity="0.5" visibility="hidden">
        <layer name="a &amp; &#x41; &a;" src="data/b.png" x="-3" y="1" opacity="0.5" composite-op="krita:dodge"></layer>
      </stack>
      <stack/>
    </stack></image>`);
  expect(layers.map(({ name }) => name)).toEqual(['a & A &a;', 'top']);
  expect(layers[0]).toMatchObject({ offset: { x: 7, y: 6 }, opacity: 0.25, isVisible: false, blend: 'normal' });
  expect(layers[1]).toMatchObject({ offset: { x: 0, y: 0 }, opacity: 1, isVisible: true });
  expect(notices).toEqual([
    'The way of blending “krita:dodge” is not known here; those layers are laid over as normal ones.',
  ]);
});

test('what is no stack is refused', () => {
  for (const xml of ['', '<image', '<image w="0" h="5"><stack></stack></image>', '<image w="5" h="5"><stack>']) {
    expect(() => readStackXml(xml)).toThrow('list of layers');
  }
});
