import { expect, test } from 'vitest';
import { cropCanvas } from '../../../renderer/state/crop.ts';
import { DocumentState } from '../../../renderer/state/document.svelte.ts';
import { EngineState } from '../../../renderer/state/engine.svelte.ts';
import { Problems } from '../../../renderer/state/problems.svelte.ts';
import { blob, FakeHost } from '../fake-host.ts';

test('cropping twice counts from what is left, and each is undone by itself', async () => {
  const host = new FakeHost();
  const problems = new Problems();
  const engine = new EngineState(host, problems);
  const document = new DocumentState(engine, problems);
  host.connect();
  await document.connected(engine.require());
  await document.open({ blob, name: 'photo.png' });
  const whole = document.project!.canvas;

  cropCanvas(document, { x: 1, y: 2, width: 5, height: 4 });
  cropCanvas(document, { x: 1, y: 1, width: 3, height: 2 });
  expect(document.project!.canvas).toEqual({ x: whole.x + 2, y: whole.y + 3, width: 3, height: 2 });
  expect(document.undoName).toBe('Crop');
  document.undo();
  expect(document.project!.canvas).toMatchObject({ width: 5, height: 4 });
  document.undo();
  expect(document.project!.canvas).toEqual(whole);
});
