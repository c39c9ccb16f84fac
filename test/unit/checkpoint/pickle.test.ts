import { expect, test } from 'vitest';

import { unpickle } from '../../../native-models/checkpoint/pickle.ts';
import { PickleFloat, PickleGlobal, PickleNamespace } from '../../../native-models/checkpoint/pickle-values.ts';
import { Refusal } from '../../../native-models/checkpoint/refusal.ts';
import { p } from '../../helpers/checkpoint-files.ts';

const namespace = new PickleGlobal('argparse Namespace', () => new PickleNamespace());
const world = {
  global: (module: string, name: string) => (`${module} ${name}` === namespace.name ? namespace : undefined),
  persistent: () => null,
};
const read = (bytes: Uint8Array) => unpickle(bytes, world, new Refusal('file'));
const code = (...bytes: (number | string)[]) =>
  Buffer.concat(bytes.map((item) => (typeof item === 'string' ? Buffer.from(item, 'latin1') : Buffer.of(item))));

test('reads plain values and keeps int and float apart', () => {
  expect(read(p.file(p.int(-7)))).toBe(-7);
  expect(read(p.file(p.float(2)))).toEqual(new PickleFloat(2));
  expect(read(p.file(p.tuple(p.text('ü'), p.none, Buffer.of(0x88))))).toEqual(['ü', null, true]);
  expect(read(code(0x80, 2, 0x8a, 2, 0, 0x80, '.'))).toBe(-32768);
  expect(read(code(0x80, 2, 0x8a, 9, '\0\0\0\0\0\0\0\0\x01', '.'))).toBe(2n ** 64n);
  expect(read(code(0x80, 2, 0x8a, 0, '.'))).toBe(0);
});

test('keeps dict keys out of reach of object prototypes', () => {
  const value = read(p.file(p.dict({ ['__proto__']: p.dict({ polluted: p.int(1) }), constructor: p.int(2) })));
  expect(value).toBeInstanceOf(Map);
  expect('polluted' in {}).toBe(false);
});

test('sets the fields of a Namespace through BUILD and nothing else', () => {
  const built = p.build(
    p.call(p.global('argparse', 'Namespace')),
    p.dict({ __setstate__: p.int(1), lr: p.float(0.1) }),
  );
  const value = read(p.file(built)) as PickleNamespace;
  expect([...value.fields.keys()]).toEqual(['__setstate__', 'lr']);
});

test.each([
  ['a global that is not on the list', p.file(p.call(p.global('os', 'system'), p.text('x'))), /names "os\.system"/],
  ['a call of plain data', p.file(p.call(p.int(1))), /no function/],
  ['arguments that are no tuple', code(0x80, 2, 'cargparse\nNamespace\nNR.'), /no tuple/],
  ['no protocol', code('N.'), /does not start like a pickle/],
  ['protocol 6', code(0x80, 6, 'N.'), /protocol 6/],
  ['an unknown opcode', code(0x80, 2, 'i'), /opcode 0x69/],
  ['an empty stack', code(0x80, 2, '.'), /missing on the stack/],
  ['values taken from below a mark', code(0x80, 2, 'N(0'), /missing on the stack/],
  ['a mark that is missing', code(0x80, 2, 't.'), /mark is missing/],
  ['an empty memo slot', code(0x80, 2, 'h', 0, '.'), /slot 0 is empty/],
  ['a memo slot far away', code(0x80, 2, 'Nr\xff\xff\xff\xff.'), /memo slot 4294967295/],
  ['a string longer than the file', code(0x80, 2, 'X\xff\xff\xff\xff'), /needed after the end/],
  ['a 64-bit length', code(0x80, 4, 0x8d, '\xff\xff\xff\xff\xff\xff\xff\xff'), /needed after the end/],
  ['a list as a dict key', code(0x80, 2, '}]Ns.'), /no plain value/],
  ['state for a list', code(0x80, 2, ']Nb.'), /takes none/],
  ['too many objects', code(0x80, 2, ']'.repeat(300_000), '.'), /more than 250000 objects/],
  ['too many marks', code(0x80, 2, '('.repeat(1_100_000), '.'), /too many marks/],
  ['too large a pickle', Buffer.alloc(2 ** 23 + 1), /too large/],
])('refuses %s', (_, bytes, message) => {
  expect(() => read(bytes)).toThrow(message);
});
