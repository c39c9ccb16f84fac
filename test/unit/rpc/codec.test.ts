import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeFrame, encodeFrame } from '#common/rpc/codec.ts';

const header = (text: string): Uint8Array => {
  const json = new TextEncoder().encode(text);
  const bytes = new Uint8Array(4 + json.byteLength);
  new DataView(bytes.buffer).setUint32(0, json.byteLength, true);
  bytes.set(json, 4);
  return bytes;
};

test('any JSON with buffers anywhere in it comes back as it was', () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.uint8Array());
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('tree')),
      fc.dictionary(
        fc.string().filter((key) => key !== '__proto__'),
        tie('tree'),
        { noNullPrototype: true },
      ),
    ),
  }));
  fc.assert(
    fc.property(tree, (frame) => {
      expect(decodeFrame(encodeFrame(frame))).toEqual(frame);
    }),
  );
});

test('buffers add their own size and no more', () => {
  const few = encodeFrame({ args: [new Uint8Array(10)] }).byteLength;
  const many = encodeFrame({ args: [new Uint8Array(1010)] }).byteLength;
  expect(many - few).toBe(1000 + 2); // the length in the header has two more digits
});

test('random bytes are refused or read, and never do anything else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        decodeFrame(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }),
  );
});

test.each([
  ['an empty message', new Uint8Array(0), /no header/],
  ['a header longer than the message', new Uint8Array([255, 255, 0, 0, 1]), /says it has 65535 bytes/],
  ['no list of buffers', header('{"frame":1}'), /no list of buffers/],
  ['a length that is no whole number', header('{"frame":1,"buffers":[-1]}'), /not a whole number/],
  ['buffers that are not there', header('{"frame":1,"buffers":[5]}'), /not 5/],
  ['a name of a buffer that is not there', header('{"frame":{"$bytes":3},"buffers":[]}'), /not there: 3/],
  ['thousands of buffers', header(`{"frame":1,"buffers":[${Array(2000).fill(0).join()}]}`), /at most 1024/],
])('refuses %s', (_, bytes, message) => {
  expect(() => decodeFrame(bytes)).toThrow(message);
});

test('refuses to encode an object that could be mistaken for a buffer', () => {
  expect(() => encodeFrame({ $bytes: 0 })).toThrow(/\$bytes/);
});

test('a frame inside a larger buffer is read from its own place', () => {
  const frame = encodeFrame({ a: new Uint8Array([1, 2]) });
  const larger = new Uint8Array(frame.byteLength + 7);
  larger.set(frame, 7);
  expect(decodeFrame(larger.subarray(7))).toEqual({ a: new Uint8Array([1, 2]) });
});
