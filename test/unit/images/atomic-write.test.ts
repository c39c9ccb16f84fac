import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeAtomically } from '#node/images/atomic-write.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { hasRights, withoutRights } from '../../helpers/without-rights.ts';

const write = (path: string, text: string) => writeAtomically(path, [Buffer.from(text)]);
const refusal = (reason: string) => ({ code: 'output-not-writable', data: { reason } });

describe.skipIf(!hasRights)('what is written over', () => {
  test('a link stays, and the file it leads to has the new bytes', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'real'));
    writeFileSync(join(folder, 'real', 'work.ora'), 'old');
    const link = join(folder, 'link.ora');
    symlinkSync(join('real', 'work.ora'), link);
    await write(link, 'new');
    expect([readlinkSync(link), readFileSync(link, 'utf8')]).toEqual([join('real', 'work.ora'), 'new']);
    expect([readdirSync(folder), readdirSync(join(folder, 'real'))]).toEqual([['link.ora', 'real'], ['work.ora']]);
  });

  test.each([
    ['to nothing', 'nowhere'],
    ['to itself', 'link.png'],
  ])('a link %s gives way', async (_, to) => {
    const link = join(temporaryFolder(), 'link.png');
    symlinkSync(to, link);
    await write(link, 'new');
    expect([lstatSync(link).isFile(), readFileSync(link, 'utf8')]).toEqual([true, 'new']);
  });

  test('a file hands on who may read and write it', async () => {
    const path = join(temporaryFolder(), 'shared.png');
    writeFileSync(path, 'old');
    chmodSync(path, 0o664);
    await write(path, 'new');
    expect([statSync(path).mode & 0o777, readFileSync(path, 'utf8')]).toEqual([0o664, 'new']);
  });

  test('a file that nobody may write stays as it is', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'kept.png');
    writeFileSync(path, 'old');
    chmodSync(path, 0o444);
    await expect(write(path, 'new')).rejects.toMatchObject(refusal('because it is write-protected'));
    expect([readdirSync(folder), readFileSync(path, 'utf8')]).toEqual([['kept.png'], 'old']);
  });

  test('a folder and a pipe are no files', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'album.png'));
    execFileSync('mkfifo', [join(folder, 'pipe.png')]);
    await expect(write(join(folder, 'album.png'), '')).rejects.toMatchObject(refusal('because it is a folder'));
    await expect(write(join(folder, 'pipe.png'), '')).rejects.toMatchObject(refusal('because it is no ordinary file'));
    expect(statSync(join(folder, 'pipe.png')).isFIFO()).toBe(true);
    expect(readdirSync(folder)).toEqual(['album.png', 'pipe.png']);
  });

  test('where nothing may be written, names are too long or links lead in circles, the reason is told and nothing is left', async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o555);
    await withoutRights(async () => {
      const reason = 'because the folder does not allow it';
      await expect(write(join(folder, 'a.png'), '')).rejects.toMatchObject(refusal(reason));
    });
    chmodSync(folder, 0o755);
    const long = join(folder, `${'a'.repeat(252)}.png`);
    await expect(write(long, '')).rejects.toMatchObject(refusal('because its name is too long'));
    symlinkSync('circle', join(folder, 'circle'));
    const reason = 'because a link on the way leads nowhere';
    await expect(write(join(folder, 'circle', 'a.png'), '')).rejects.toMatchObject(refusal(reason));
    await expect(write(join(folder, 'none', 'a.png'), '')).rejects.toMatchObject({ code: 'output-folder-missing' });
    expect(readdirSync(folder)).toEqual(['circle']);
  });
});

test.each(['🌲 Grün e\u0301.png', ' leading and trailing .png ', `${'🌲'.repeat(62)}.png`, 'a\nb.png', '-rf.png'])(
  'a file can be called %j',
  async (name) => {
    const folder = temporaryFolder();
    await write(join(folder, name), 'one');
    await write(join(folder, name), 'two');
    expect([readdirSync(folder), readFileSync(join(folder, name), 'utf8')]).toEqual([[name], 'two']);
  },
);
