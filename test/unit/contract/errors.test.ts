import { expect, test } from 'vitest';
import { AppError, errorFromWire, errorToWire } from '../../../electron/common/contract/errors.ts';
import { describeError } from '../../../electron/common/contract/error-messages.ts';
import { ModelError } from '../../../native-models/errors.ts';

test('an error keeps its code and data on the way to another process and on', () => {
  const error = new AppError('image-unreadable', { path: 'a.png', reason: 'it is empty', skipped: undefined });
  const wire: unknown = JSON.parse(JSON.stringify(errorToWire(error)));
  const there = errorFromWire(wire);
  expect(there).toMatchObject({ code: 'image-unreadable', data: { path: 'a.png', reason: 'it is empty' } });
  expect(errorToWire(there)).toEqual(wire);
});

test('errors of the inference library keep their code, big integers become text', () => {
  const error = new ModelError('out-of-memory', 'too little', { needed: 5n });
  expect(errorToWire(error)).toEqual({ code: 'out-of-memory', message: 'too little', data: { needed: '5' } });
});

test('an abort is a cancellation, and anything else a bug without details', () => {
  expect(errorToWire(new DOMException('stop', 'AbortError')).code).toBe('cancelled');
  expect(errorToWire(new TypeError('x is undefined'))).toEqual({
    code: 'internal',
    message: 'x is undefined',
    data: {},
  });
  expect(errorToWire('thrown text')).toEqual({ code: 'internal', message: 'thrown text', data: {} });
});

test('refuses what is no error', () => {
  expect(() => errorFromWire({ code: 5 })).toThrow('wire form');
});

test('says what happened, what was kept and what to do', () => {
  const { sentence, kept, action } = describeError('disk-full', { path: 'b.png' });
  expect(sentence).toBe('There is not enough free space to write b.png.');
  expect(kept).toMatch(/half-written/);
  expect(action).toMatch(/Free some space/);
});
