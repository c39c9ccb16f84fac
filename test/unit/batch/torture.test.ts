import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import type { ItemReport } from '#common/contract/batch.ts';
import { batchWithFakeModel, photoBytes } from '../../helpers/batch.ts';

const byInput = (items: readonly ItemReport[]): Record<string, ItemReport> =>
  Object.fromEntries(items.map((item) => [item.input, item]));

const hidden = (folder: string): string[] => readdirSync(folder).filter((name) => name.startsWith('.'));

test('damaged files are refused with the reason, and everything else of the folder is made', async () => {
  const { run, input, output, report } = await batchWithFakeModel();
  const jpeg = await sharp(await photoBytes())
    .jpeg()
    .toBuffer();
  const files: Record<string, Buffer | string> = {
    'cut.jpg': jpeg.subarray(0, jpeg.length / 2),
    'cut.png': (await photoBytes()).subarray(0, 200),
    'empty.png': '',
    'text.png': 'I am a text',
    'good.jpg': jpeg,
  };
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(input, name), bytes);
  await mkdir(join(input, 'folder.png'));
  expect(await run({ options: { recursive: true } })).toEqual({ in: 5, done: 1, skipped: 0, failed: 4 });
  const items = byInput((await report()).items);
  expect(items['cut.jpg']?.failure?.message).toContain('cut off');
  expect(items['cut.png']?.failure?.message).toContain('damaged');
  expect(items['empty.png']?.failure?.message).toContain('empty');
  expect(items['text.png']?.failure?.message).toContain('content is not');
  for (const [name, bytes] of Object.entries(files)) {
    expect(await readFile(join(input, name))).toEqual(Buffer.from(bytes));
  }
  expect(readdirSync(output).filter((name) => /\.(jpg|png)$/.test(name))).toEqual(['good.jpg']);
  expect(hidden(output)).toEqual([]);
});

const names = [
  '👩‍👩‍👧‍👦 family.png',
  `${'ü'.repeat(125)}x.png`, // 255 bytes
  `${'漢'.repeat(83)}ab.png`, // 255 bytes
  '100%.png',
  '#1 a?b.png',
  '-rf.png',
  'e\u0301te\u0301.png',
  'CON.png',
  'a;$(touch x)`.png',
  'two.dots.png',
  '  spaces  .png',
];

test('names of every kind are read as they are and written as every system takes them', async () => {
  const { run, input, output, report } = await batchWithFakeModel();
  for (const [seed, name] of names.entries()) await writeFile(join(input, name), await photoBytes(seed));
  expect(await run()).toEqual({ in: names.length, done: names.length, skipped: 0, failed: 0 });
  const { items } = await report();
  expect(items.map((item) => item.input).sort()).toEqual([...names].sort());
  for (const { outputs = [] } of items) {
    expect(Buffer.byteLength(outputs[0]!)).toBeLessThanOrEqual(255);
    expect(existsSync(join(output, outputs[0]!))).toBe(true);
  }
  expect(byInput(items)['-rf.png']?.outputs).toEqual(['_rf.png']);
  expect(byInput(items)['CON.png']?.outputs).toEqual(['_CON.png']);
});

test('all eight orientations come out upright, once', async () => {
  const { run, input, output } = await batchWithFakeModel({ choose: (_, source) => source });
  const upright = await sharp(await photoBytes(3, 40, 30))
    .raw()
    .toBuffer();
  for (let orientation = 1; orientation <= 8; orientation++) {
    const sensor = await sharp(await photoBytes(3, 40, 30))
      .withMetadata({ orientation })
      .png()
      .toBuffer();
    await writeFile(join(input, `o${orientation}.png`), sensor);
  }
  expect(await run()).toMatchObject({ done: 8 });
  for (let orientation = 1; orientation <= 8; orientation++) {
    const written = sharp(join(output, `o${orientation}.png`));
    const { width, height, orientation: stated } = await written.metadata();
    expect([width, height]).toEqual(orientation > 4 ? [30, 40] : [40, 30]);
    expect(stated ?? 1).toBe(1);
    const expected = await sharp(join(input, `o${orientation}.png`))
      .rotate()
      .raw()
      .toBuffer();
    expect(await written.raw().toBuffer()).toEqual(expected);
  }
  expect(await sharp(join(output, 'o1.png')).raw().toBuffer()).toEqual(upright);
});

test('profiles, CMYK and 16 bits keep what their formats can hold', async () => {
  const { run, input, output, report } = await batchWithFakeModel({ choose: (_, source) => source });
  const picture = await photoBytes(3);
  await writeFile(join(input, 'p3.png'), await sharp(picture).withIccProfile('p3').png().toBuffer());
  await writeFile(join(input, 'cmyk.jpg'), await sharp(picture).toColourspace('cmyk').jpeg().toBuffer());
  const deep = Uint16Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * 977) % 65536);
  const raw = { width: 40, height: 30, channels: 3 } as const;
  await writeFile(join(input, 'deep.png'), await sharp(deep, { raw }).toColourspace('rgb16').png().toBuffer());
  expect(await run()).toMatchObject({ done: 3 });
  const at = (folder: string, name: string): string => join(folder, name);
  const icc = async (path: string) => (await sharp(path).metadata()).icc;
  expect(await icc(at(output, 'p3.png'))).toEqual(await icc(at(input, 'p3.png')));
  const samples = (path: string): Promise<Buffer> =>
    sharp(path).toColourspace('rgb16').raw({ depth: 'ushort' }).toBuffer();
  expect((await sharp(at(output, 'deep.png')).metadata()).depth).toBe('ushort');
  expect(await samples(at(output, 'deep.png'))).toEqual(await samples(at(input, 'deep.png')));
  expect(byInput((await report()).items)['cmyk.jpg']?.notices?.join()).toMatch(/CMYK/);
});

test('loops of links end, and links that lead nowhere are told', async () => {
  const { run, input, report } = await batchWithFakeModel();
  await mkdir(join(input, 'a/b'), { recursive: true });
  await symlink(input, join(input, 'a/b/loop'));
  await symlink('self.png', join(input, 'self.png'));
  await symlink(join(input, 'nowhere.png'), join(input, 'gone.png'));
  await writeFile(join(input, 'a/b/p.png'), await photoBytes());
  await symlink(join(input, 'a/b/p.png'), join(input, 'link.png'));
  expect(await run({ options: { recursive: true } })).toEqual({ in: 4, done: 2, skipped: 0, failed: 2 });
  expect(byInput((await report()).items)['self.png']?.failure?.message).toContain('its link leads nowhere');
});

const mayWriteAnywhere = process.getuid?.() === 0 || process.platform === 'win32';
if (mayWriteAnywhere) console.warn('skipped: a folder cannot be made read-only for the user of this test');

test.skipIf(mayWriteAnywhere)('a read-only output folder is told before anything is made', async () => {
  const { run, output } = await batchWithFakeModel();
  await mkdir(output);
  await chmod(output, 0o555);
  await expect(run()).rejects.toMatchObject({ code: 'output-not-writable' });
});

test('an output that cannot be written fails its item alone', async () => {
  const { run, input, output, report } = await batchWithFakeModel();
  for (const name of ['a', 'b']) await writeFile(join(input, `${name}.png`), await photoBytes());
  await mkdir(join(output, 'a.png'), { recursive: true }); // a folder of that name
  expect(await run({ options: { collisions: 'overwrite' } })).toEqual({ in: 2, done: 1, skipped: 0, failed: 1 });
  expect(byInput((await report()).items)['a.png']?.failure?.code).toBe('output-not-writable');
});

test('on a full disk the batch stops whole, with what waits as it was, and goes on when there is room', async (context) => {
  const { open, input, folder, model } = await batchWithFakeModel({ choose: (_, source) => source });
  const disk = join(folder, 'disk');
  await mkdir(disk);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', disk]);
  context.skip(mounted.status !== 0, 'mounting a small disk is not permitted here');
  onTestFinished(() => void spawnSync('umount', ['-l', disk]));
  const big = { width: 600, height: 400, channels: 3 } as const;
  for (let i = 0; i < 5; i++) {
    const data = randomBytes(600 * 400 * 3);
    await writeFile(join(input, `p${i}.png`), await sharp(data, { raw: big }).png().toBuffer());
  }
  const output = join(disk, 'out');
  {
    await using opened = await open({ output });
    await expect(opened.run()).rejects.toMatchObject({ code: 'disk-full' });
    expect(opened.batch.state.counts).toEqual({ in: 5, done: 0, skipped: 0, failed: 0 });
    expect([...opened.batch.runner.waiting].sort()).toEqual([1, 2, 3, 4, 5]);
  }
  expect(model.runs).toBeLessThan(4); // not all were decoded for nothing
  const names = readdirSync(output);
  expect(names.filter((name) => name.endsWith('.png') || name.startsWith('.'))).toEqual([]);
  expect(spawnSync('mount', ['-o', 'remount,size=16m', disk]).status).toBe(0);
  await using again = await open({ output, resume: true });
  expect(await again.run()).toEqual({ in: 5, done: 5, skipped: 0, failed: 0 });
});

test('when the folder of the inputs goes away the batch stops, and goes on when it is back', async () => {
  const { open, input, report } = await batchWithFakeModel();
  for (let i = 1; i <= 4; i++) await writeFile(join(input, `p${i}.png`), await photoBytes(i));
  {
    await using opened = await open();
    await rename(input, `${input}-away`);
    await expect(opened.run()).rejects.toMatchObject({ code: 'folder-unreadable', data: { folder: input } });
  }
  expect(await report()).toMatchObject({ isFinished: false, counts: { in: 4, failed: 0 } });
  await rename(`${input}-away`, input);
  await using again = await open({ resume: true });
  expect(await again.run()).toEqual({ in: 4, done: 4, skipped: 0, failed: 0 });
});

test('pictures of kinds that cannot be opened are told of, in dry runs too', async () => {
  const { run, preview, input, said } = await batchWithFakeModel();
  await writeFile(join(input, 'p.png'), await photoBytes());
  for (const name of ['a.BMP', 'b.cr2', 'c.cr2', 'notes.txt', '.hidden.bmp']) await writeFile(join(input, name), 'x');
  await preview();
  expect(await run()).toEqual({ in: 1, done: 1, skipped: 0, failed: 0 });
  const notices = said.flatMap((message) => (message.type === 'notice' ? [message.text] : []));
  const sentence = expect.stringMatching(/^3 files are left out.*1 \.bmp, 2 \.cr2/);
  expect(notices).toEqual([sentence, sentence]);
});
