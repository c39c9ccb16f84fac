import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { defaultSettings } from '#common/contract/settings.ts';
import type { Settings } from '#common/contract/settings.ts';
import { keepMs, keepPanel } from '../../../renderer/state/kept-panel.svelte.ts';
import { LayoutState } from '../../../renderer/state/layout.svelte.ts';
import { inEffects, reactive } from './in-effects.svelte.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A panel tied to settings whose changes reach the engine when the test says so. */
function keptPanel() {
  const layout = new LayoutState();
  const arrived: (() => void)[] = [];
  const settings = reactive({
    current: defaultSettings,
    change(change: Partial<Settings>): Promise<void> {
      settings.current = { ...settings.current, ...change };
      return new Promise((resolve) => arrived.push(resolve));
    },
  });
  const end = inEffects(() => keepPanel(settings, layout));
  flushSync();
  const move = (width: number): void => {
    layout.panelWidth = width;
    flushSync();
  };
  return { layout, settings, arrived, move, [Symbol.dispose]: end };
}

test('keeps the panel a moment after its last move', () => {
  using panel = keptPanel();
  panel.move(316);
  vi.advanceTimersByTime(keepMs - 1);
  panel.move(332);
  vi.advanceTimersByTime(keepMs - 1);
  expect(panel.settings.current.panelWidth).toBe(defaultSettings.panelWidth);
  vi.advanceTimersByTime(1);
  expect(panel.settings.current.panelWidth).toBe(332);
});

test('is not moved back by what comes back of an earlier move', () => {
  using panel = keptPanel();
  panel.move(316);
  vi.advanceTimersByTime(keepMs);
  flushSync();
  panel.move(332);
  panel.settings.current = { ...panel.settings.current, panelWidth: 316 }; // told to every window
  flushSync();
  expect(panel.layout.panelWidth).toBe(332);
});

test('follows another window once its own moves are kept', async () => {
  using panel = keptPanel();
  panel.move(316);
  vi.advanceTimersByTime(keepMs);
  panel.arrived[0]!();
  await Promise.resolve();
  await vi.advanceTimersByTimeAsync(0);
  panel.settings.current = { ...panel.settings.current, panelWidth: 400 };
  flushSync();
  expect(panel.layout.panelWidth).toBe(400);
});
