import { expect, test } from 'vitest';
import type { NewImage } from '#common/document/layer-commands.ts';
import { DocumentStore } from '#common/document/store.ts';
import { ClipState } from '../../../renderer/state/clip.ts';

const image: NewImage = { extent: { width: 1, height: 1 }, depth: 16, channels: 4, tiles: [null] };
const store = new DocumentStore();
const copied = (x: number) => ({ image, offset: { x, y: 0 }, store });

test('what is copied last is what is pasted, whichever is ready first; a paste waits for it', async () => {
  const clip = new ClipState();
  let finish: (made: ReturnType<typeof copied>) => void = () => undefined;
  clip.take(new Promise((resolve) => (finish = resolve)));
  clip.take(Promise.resolve(copied(2)));
  finish(copied(1));
  expect(await clip.of(store)).toEqual(copied(2));
  const slow = new Promise<ReturnType<typeof copied>>((resolve) => (finish = resolve));
  clip.take(slow);
  const pasted = clip.of(store);
  finish(copied(3));
  expect(await pasted).toEqual(copied(3));
});

test('nothing copied and a failure leave what was there; another document and other programs do not', async () => {
  const clip = new ClipState();
  clip.take(Promise.resolve(copied(1)));
  await clip.of(store);
  clip.take(Promise.resolve(undefined));
  await clip.of(store);
  clip.take(Promise.reject(new Error('the disk is full')));
  expect(await clip.of(store)).toEqual(copied(1));
  expect(await clip.of(new DocumentStore())).toBeUndefined();
  clip.take(Promise.resolve(copied(4)));
  clip.outdate();
  expect(await clip.of(store)).toBeUndefined();
});
