import { onnx } from 'onnx-proto';
import { expect, test } from 'vitest';
import { ExternalData } from '../../../native-models/onnx/external-data.ts';
import { GraphBuilder } from '../../../native-models/onnx/graph.ts';
import { linear } from '../../../native-models/onnx/linear.ts';
import { add } from '../../../native-models/onnx/ops.ts';

const noWeights = (): ExternalData => new ExternalData('model.data');
const decode = (g: GraphBuilder): onnx.ModelProto => onnx.ModelProto.decode(g.toModel());

test('an independent decoder reads back inputs, outputs, nodes and attributes', () => {
  const g = new GraphBuilder('toy', noWeights());
  const x = g.input('x', 'f32', [2, 'columns']);
  const y = g.node('/relu/LeakyRelu', 'LeakyRelu', [x], {
    attributes: { alpha: { float: 0.25 }, shape: { ints: [-1, 3, 2 ** 33] }, mode: { text: 'ä' }, n: { int: -7 } },
  });
  g.output('y', y, 'f32', [2, 'columns']);
  const model = decode(g);
  expect(model.irVersion).toEqual(expect.objectContaining({ low: 10 }));
  expect(model.opsetImport.map((o) => [o.domain, Number(o.version)])).toEqual([
    ['', 21],
    ['com.microsoft', 1],
  ]);
  const graph = model.graph!;
  expect(graph.input![0]!.type!.tensorType!.shape!.dim!.map((d) => d.dimParam || Number(d.dimValue))).toEqual([
    2,
    'columns',
  ]);
  expect(graph.node!.map((n) => n.opType)).toEqual(['LeakyRelu', 'Identity']);
  const attributes = Object.fromEntries(graph.node![0]!.attribute!.map((a) => [a.name, a]));
  expect(attributes.alpha!.f).toBe(0.25);
  expect(attributes.shape!.ints!.map(Number)).toEqual([-1, 3, 2 ** 33]);
  expect(new TextDecoder().decode(attributes.mode!.s!)).toBe('ä');
  expect(Number(attributes.n!.i)).toBe(-7);
});

test('a constant is created once however often it is asked for', () => {
  const g = new GraphBuilder('toy', noWeights());
  const x = g.input('x', 'f32', [1]);
  const long = Float32Array.from({ length: 9 }, (_, i) => i);
  expect(g.constant('f32', [9], long)).toBe(g.constant('f32', [9], long));
  expect(g.constant('f32', [9], long)).not.toBe(
    g.constant(
      'f32',
      [9],
      long.map((v) => v + 1),
    ),
  );
  g.output('y', add(g, '/a', add(g, '/b', x, g.scalar(2)), g.scalar(2)), 'f32', [1]);
  expect(decode(g).graph!.initializer!.filter((t) => t.name === '/constant/f32/scalar/2')).toHaveLength(1);
});

test('weights are referred to by file, offset and length and lie on page or line boundaries', async () => {
  const data = noWeights();
  const g = new GraphBuilder('toy', data);
  const small = new Uint8Array(12).fill(1);
  const large = new Uint8Array(8192).fill(2);
  g.weight('small', 'f32', [3], () => Promise.resolve(small));
  g.weight('large', 'f32', [2048], () => Promise.resolve(large));
  const [first, second] = decode(g).graph!.initializer!;
  const entries = (t: onnx.ITensorProto): Record<string, string> =>
    Object.fromEntries(t.externalData!.map((e) => [e.key!, e.value!]));
  expect(first!.dataLocation).toBe(onnx.TensorProto.DataLocation.EXTERNAL);
  expect(entries(first!)).toEqual({ location: 'model.data', offset: '0', length: '12' });
  expect(entries(second!)).toEqual({ location: 'model.data', offset: '4096', length: '8192' });
  const chunks: Uint8Array[] = [];
  await data.write((chunk) => {
    chunks.push(chunk);
    return Promise.resolve();
  });
  const file = Buffer.concat(chunks);
  expect(file.length).toBe(4096 + 8192);
  expect([file[11], file[12], file[4095], file[4096]]).toEqual([1, 0, 0, 2]);
});

test('a blob that turns out longer or shorter than announced is refused', async () => {
  const data = noWeights();
  new GraphBuilder('toy', data).weight('w', 'f32', [3], () => Promise.resolve(new Uint8Array(8)));
  await expect(data.write(() => Promise.resolve())).rejects.toThrow(/w has 8 bytes where 12/);
});

test('a quantised weight is read once for its packed values and its scales', async () => {
  const data = noWeights();
  const g = new GraphBuilder('toy', data);
  let reads = 0;
  const weight = {
    name: 'layer.weight',
    dims: [4, 64],
    read: (): Promise<Float32Array> => {
      reads++;
      return Promise.resolve(new Float32Array(256).fill(0.5));
    },
  };
  linear(g, '/a', g.input('x', 'f32', [1, 64]), weight, 'int4');
  linear(g, '/b', g.input('x2', 'f32', [1, 64]), weight, 'int4');
  await data.write(() => Promise.resolve());
  expect(reads).toBe(1);
});

test('two nodes of one name are refused', () => {
  const g = new GraphBuilder('toy', noWeights());
  const x = g.input('x', 'f32', [1]);
  add(g, '/same', x, x);
  expect(() => add(g, '/same', x, x)).toThrow(/\/same\/Add/);
});
