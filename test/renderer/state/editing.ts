import { expect, onTestFinished, vi } from 'vitest';
import type { OrderMessage } from '#common/contract/edit-order.ts';
import { createActions } from '../../../renderer/state/actions.ts';
import { createAppState } from '../../../renderer/state/app-state.ts';
import { createEditActions } from '../../../renderer/state/edit-actions.ts';
import { blob, FakeHost } from '../fake-host.ts';

// Edits of an open picture whose engine says what the test says.

vi.stubGlobal('createImageBitmap', () => Promise.resolve({ width: 100, height: 80, close: () => undefined }));
vi.stubGlobal('ImageData', class {});

const timings = {
  ...{ encodeMs: 0, textMs: 0, prefillMs: 0, firstTokenMs: 0, firstRowMs: 0, decodeMs: 0, tokens: 0 },
  ...{ lockedTokens: 0, msPerToken: 0, vqMs: 0, compositeMs: 0, totalMs: 0 },
};
const sampling = { cfg: 3, temperature: 1, topK: 0, topP: 1 };
const tiled = (channels: 1 | 4) => ({ extent: { width: 2, height: 2 }, channels, depth: 8 as const, tiles: [blob] });
const patch = { offset: { x: 3, y: 4 }, pixels: tiled(4), mask: tiled(1) };
export const painting = {
  ...{ seed: 1, model: 'mini', sampling, rows: 4, sourceIds: new Array<number>(16).fill(0) },
  pictures: [0, 1].map((variant) => ({ variant, ids: new Array<number>(16).fill(variant), patch, thumbnail: blob })),
};
export const finished = { type: 'finished', ...painting, timings } satisfies OrderMessage;
export const placement = {
  image: { width: 9, height: 9 },
  source: { x: 0, y: 0, width: 9, height: 9 },
  visible: { x: 0, y: 0, width: 9, height: 9 },
  modelSize: 64,
};
export const started: OrderMessage = { type: 'started', grid: 4, placement };
export const band = { type: 'preview' as const, row: 2, rows: 1, width: 1, rgb: new Uint8Array(3), decodedAt: 0 };

export async function start() {
  const host = new FakeHost();
  const app = createAppState(host);
  host.connect();
  await expect.poll(() => app.engine.status).toBe('ready');
  onTestFinished(app.jobs.listen());
  await app.document.open({ blob, name: 'photo.jpg' });
  app.editSettings.instruction = 'make it night';
  return { ...app, app, host, edits: createEditActions(app), actions: createActions(app) };
}

/** An edit is under way. */
export async function startRunning() {
  const app = await start();
  await app.edits.run();
  for (const message of [{ type: 'queued' } as const, started]) app.host.say(message);
  app.host.say({ type: 'progress', step: 4, of: 16, etaMs: 300 });
  await expect.poll(() => app.jobs.current?.step).toBe(4);
  return app;
}
