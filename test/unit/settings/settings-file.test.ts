import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defaultSettings } from '#common/contract/settings.ts';
import { SettingsFile } from '#node/settings/settings-file.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

describe('settings', () => {
  test('are as shipped where there is no file, and are kept once changed', async () => {
    const path = join(temporaryFolder(), 'new', 'settings.json');
    const file = new SettingsFile(path);
    expect(await file.get()).toEqual(defaultSettings);
    await file.change({ theme: 'light' });
    await file.change({ panelWidth: 400 });
    expect(await new SettingsFile(path).get()).toEqual({ ...defaultSettings, theme: 'light', panelWidth: 400 });
    expect(readdirSync(join(path, '..'))).toEqual(['settings.json']);
  });

  test('changed at once are all kept, and every listener hears each', async () => {
    const path = join(temporaryFolder(), 'settings.json');
    const file = new SettingsFile(path);
    const heard: string[] = [];
    file.onChanged(({ theme, contrast }) => heard.push(`${theme} ${contrast}`));
    await Promise.all([file.change({ theme: 'dark' }), file.change({ contrast: 'more' })]);
    expect(heard).toEqual(['dark system', 'dark more']);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ theme: 'dark', contrast: 'more' });
  });

  test('lose one bad value, not the others, and keep those of a later version', async () => {
    const path = join(temporaryFolder(), 'settings.json');
    writeFileSync(path, JSON.stringify({ theme: 'neon', contrast: 'more', keys: { 'edit.undo': ['F5'] }, later: 7 }));
    const file = new SettingsFile(path);
    expect(await file.get()).toMatchObject({ theme: 'system', contrast: 'more', keys: { 'edit.undo': ['F5'] } });
    await file.change({ theme: 'dark' });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ later: 7, theme: 'dark' });
  });

  test('that are no JSON are set aside', async () => {
    const path = join(temporaryFolder(), 'settings.json');
    writeFileSync(path, '{"theme": "li');
    expect(await new SettingsFile(path).get()).toEqual(defaultSettings);
    expect(readFileSync(`${path}.damaged`, 'utf8')).toBe('{"theme": "li');
  });

  test('that cannot be written hold until the program ends, and somebody is told', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'settings.json');
    mkdirSync(path); // a folder of that name cannot be replaced
    const file = new SettingsFile(path);
    await expect(file.change({ theme: 'dark' })).rejects.toMatchObject({ code: 'output-not-writable' });
    expect((await file.get()).theme).toBe('dark');
    expect(readdirSync(folder)).toEqual(['settings.json']);
    expect(existsSync(`${path}.damaged`)).toBe(false);
  });
});
