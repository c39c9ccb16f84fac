import { expect, test } from 'vitest';
import { AppError } from '#common/contract/errors.ts';
import { describeFailure } from '#node/engine/failure.ts';
import { Cancelled } from '#node/engine/job-queue.ts';
import { ModelError } from '#models';

test('tells what happened and what to do about it', () => {
  const error = new AppError('model-missing', { model: 'xl', installed: ['mini'] });
  expect(describeFailure(error)).toEqual({
    code: 'model-missing',
    message: 'The model xl is not installed; installed are: mini. Install it, or choose one that is.',
    data: { model: 'xl', installed: ['mini'] },
  });
});

test('names what is allowed, and that there is none', () => {
  const format = new AppError('unsupported-format', { path: 'a.gif', format: '.gif', allowed: ['.png', '.jpg'] });
  expect(describeFailure(format).message).toContain('cannot be used as .gif; known are .png, .jpg.');
  const model = new AppError('model-missing', { model: 'mini', installed: [] });
  expect(describeFailure(model).message).toContain('installed are: none.');
});

test("makes a sentence of the inference library's account", () => {
  const { code, message } = describeFailure(new ModelError('out-of-memory', 'this model needs 3 GB, 1 GB is free'));
  expect(code).toBe('out-of-memory');
  expect(message).toMatch(/^This model needs 3 GB, 1 GB is free\. Nothing was written\. Close other programs/);
});

test('leaves the names of files as they are', () => {
  expect(describeFailure(new ModelError('pack-invalid', 'a.onnx is missing')).message).toMatch(
    /^a\.onnx is missing\. /,
  );
  const cut = new ModelError('checkpoint-invalid', 'ck/gpt.safetensors: has 3 bytes where 9 are announced');
  expect(describeFailure(cut).message).toMatch(/^ck\/gpt\.safetensors: has 3 bytes/);
});

test('knows a cancelled job from a bug', () => {
  expect(describeFailure(new Cancelled()).code).toBe('cancelled');
  expect(describeFailure(new TypeError('x is undefined'))).toMatchObject({
    code: 'internal',
    message:
      'Something unexpected went wrong: X is undefined. Nothing was changed. Try it again; if it happens every time, start the program anew.',
  });
  expect(describeFailure('thrown text')).toMatchObject({ code: 'internal' });
});
