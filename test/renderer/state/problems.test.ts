import { AppError, RemoteError } from '#common/contract/errors.ts';
import { hostError } from '#common/contract/host-errors.ts';
import { describe, expect, test } from 'vitest';
import { Problems } from '../../../renderer/state/problems.svelte.ts';
import { Questions } from '../../../renderer/state/questions.svelte.ts';

const reported = (thrown: unknown, title = '') => {
  const problems = new Problems();
  problems.report(thrown, title === '' ? {} : { title });
  return problems.list[0];
};

describe('a problem', () => {
  test('of the program says what happened, what was kept and what to do', () => {
    const problem = reported(new AppError('disk-full', { path: 'a.png' }));
    expect(problem?.title).toBe('There is not enough free space to write a.png.');
    expect(problem?.text).toBe(
      'Nothing was left half-written, and a file of that name was not touched. Free some space, or choose another disk.',
    );
    expect(problem?.details).toContain('disk-full');
    expect(problem?.details).toContain('a.png');
  });

  test('of the way to the engine has its sentence too', () => {
    expect(reported(hostError('connection-lost'))?.title).toBe('The connection to the engine was lost.');
  });

  test('whose code is not known here keeps its own account', () => {
    const newer = new RemoteError({ code: 'from-the-future', message: 'It broke.', data: {} });
    expect(reported(newer)).toMatchObject({ title: 'It broke.', text: '' });
    expect(reported(newer, 'The edit failed.')).toMatchObject({ title: 'The edit failed.', text: 'It broke.' });
  });

  test('that is a sentence of ours has no details, a bug has its stack', () => {
    expect(reported(new Error('Choose a picture.'))?.details).toBeUndefined();
    expect(reported(new TypeError('x is undefined'))?.details).toContain('problems.test.ts');
  });

  test('is none when somebody cancelled', () => {
    expect(reported(new DOMException('stop', 'AbortError'))).toBeUndefined();
  });

  test('is shown once however often it comes, and at most three are', () => {
    const problems = new Problems();
    for (const word of ['a', 'a', 'b', 'c', 'd', 'b']) problems.report(new Error(word));
    expect(problems.list.map(({ title }) => title)).toEqual(['c', 'd', 'b']);
  });
});

test('the next try takes the place of what failed before, and a connection that is back of what was lost', async () => {
  const problems = new Problems();
  const failing = (error: Error) => () => Promise.reject(error);
  await problems.attempt(failing(new Error('The disk is full.')), 'files');
  await problems.attempt(failing(new Error('Another matter.')));
  await problems.attempt(failing(hostError('connection-lost')), 'files');
  expect(problems.list.map(({ title }) => title)).toEqual([
    ...['Another matter.', 'The connection to the engine was lost.'],
  ]);
  problems.forgetLost();
  await problems.follow(failing(hostError('connection-lost'))); // shown where the engine is
  await problems.follow(failing(new Error('No list.')));
  expect(problems.list.map(({ title }) => title)).toEqual(['Another matter.', 'No list.']);
});

test('a warning says what a failure means before the failure', () => {
  const problems = new Problems();
  problems.warn(new AppError('data-full', { folder: '/data' }), {
    title: 'Not kept',
    text: 'Save it.',
    about: 'journal',
  });
  expect(problems.list).toMatchObject([
    { title: 'Not kept', text: 'The disk with the program’s own data is full (/data). Save it.' },
  ]);
  problems.forget('journal');
  expect(problems.list).toEqual([]);
});

describe('questions', () => {
  const question = (title: string) => ({ title, text: '', yes: 'Yes' });

  test('are asked one after another', async () => {
    const questions = new Questions();
    const [first, second] = [questions.ask(question('first')), questions.ask(question('second'))];
    await Promise.resolve();
    expect(questions.current?.title).toBe('first');
    questions.answer('yes');
    expect(await first).toBe('yes');
    await Promise.resolve();
    expect(questions.current?.title).toBe('second');
    questions.answer('cancel');
    expect(await second).toBe('cancel');
    expect(questions.current).toBeUndefined();
  });
});
