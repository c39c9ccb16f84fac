import { defaultSettings } from '#common/contract/settings.ts';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { rootAttributes } from '../../../renderer/state/appearance.ts';
import { createAppState } from '../../../renderer/state/app-state.ts';
import { FakeHost } from '../fake-host.ts';

beforeEach(() => localStorage.clear());

function create() {
  const host = new FakeHost();
  return { ...createAppState(host), host };
}

describe('settings', () => {
  test('hold at once, also before there is an engine, and reach it', async () => {
    const { host, settings } = create();
    await settings.change({ theme: 'light' });
    expect(settings.current.theme).toBe('light');
    host.connect();
    await settings.change({ theme: 'dark' });
    expect([settings.current.theme, host.settings.theme]).toEqual(['dark', 'dark']);
  });

  test('come from the engine once it is there', async () => {
    const { host, settings } = create();
    host.settings = { ...defaultSettings, contrast: 'more' };
    host.connect();
    const stop = settings.listen();
    await vi.waitFor(() => expect(settings.current.contrast).toBe('more'));
    stop();
  });

  test('are remembered by the page, so that it looks right before the engine is there', async () => {
    await create().settings.change({ theme: 'light' });
    expect(create().settings.current.theme).toBe('light');
    localStorage.setItem('settings', '{"theme": ');
    expect(create().settings.current).toEqual(defaultSettings);
  });

  test('choose the model; one that is gone is the first that can be used', async () => {
    const { host, engine } = create();
    host.models = [...host.models, { ...host.models[0], id: 'large', title: 'Large' }];
    host.connect();
    await vi.waitFor(() => expect(engine.model?.id).toBe('mini'));
    engine.preferred = { model: 'large', device: 'cpu' };
    expect(engine.model?.id).toBe('large');
    engine.preferred = { model: 'gone', device: 'cpu' };
    expect(engine.model?.id).toBe('mini');
  });
});

test.each([
  [{}, { isDark: false, moreContrast: false, lessMotion: false }, ['', '', '', 'en']],
  [{ theme: 'dark' }, { isDark: false, moreContrast: true, lessMotion: false }, ['dark', 'more', '', 'en']],
  [
    { contrast: 'more', motion: 'less', language: 'pseudo' },
    { isDark: false, moreContrast: false, lessMotion: false },
    ['', 'more', 'less', 'en-XA'],
  ],
] as const)('the page looks as %j and the system ask for', (change, system, expected) => {
  expect(Object.values(rootAttributes({ ...defaultSettings, ...change }, system))).toEqual(expected);
});
