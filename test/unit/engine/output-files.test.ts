import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { zEditRequest } from '#common/contract/edit-request.ts';
import { checkOutputs, variantFiles } from '#node/engine/output-files.ts';
import { smallDisk } from '../../helpers/small-disk.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

function folderWithPhoto() {
  const folder = temporaryFolder();
  const image = join(folder, 'photo.png');
  writeFileSync(image, 'photo');
  const check = (rest: object) => checkOutputs(zEditRequest.parse({ image, instruction: 'x', ...rest }));
  return { folder, image, check, at: (name: string) => join(folder, name) };
}

test('numbers further variants before the ending', () => {
  expect(variantFiles('a/b.c.png', 3)).toEqual(['a/b.c.png', 'a/b.c-2.png', 'a/b.c-3.png']);
  expect(variantFiles('plain', 2)).toEqual(['plain', 'plain-2']);
});

test('allows a new file and an existing one', async () => {
  const { check, at } = folderWithPhoto();
  writeFileSync(at('old.png'), 'old');
  await check({ out: at('new.png') });
  await check({ out: at('old.png') });
});

test('never writes over the picture that is read, whatever it is called', async () => {
  const { folder, image, check, at } = folderWithPhoto();
  symlinkSync(image, at('link.png'));
  linkSync(image, at('hard.png'));
  for (const out of [image, join(folder, '.', 'photo.png'), at('link.png'), at('hard.png')]) {
    await expect(check({ out }), out).rejects.toMatchObject({ code: 'output-is-input' });
  }
});

test('never writes over the picture with a further variant', async () => {
  const { at } = folderWithPhoto();
  writeFileSync(at('out-2.png'), 'photo');
  const request = { image: at('out-2.png'), instruction: 'x', out: at('out.png') };
  await checkOutputs(zEditRequest.parse(request));
  await expect(checkOutputs(zEditRequest.parse({ ...request, variants: 2 }))).rejects.toMatchObject({
    code: 'output-is-input',
    data: { path: at('out-2.png') },
  });
});

test('never writes over the mask', async () => {
  const { check, at } = folderWithPhoto();
  writeFileSync(at('mask.png'), 'mask');
  const request = { out: at('mask.png'), selection: { mask: at('mask.png') } };
  await expect(check(request)).rejects.toMatchObject({ code: 'output-is-input' });
});

test('refuses a folder that does not exist, and a file in place of a folder', async () => {
  const { check, at } = folderWithPhoto();
  const missing = { code: 'output-folder-missing' };
  await expect(check({ out: at('missing/out.png') })).rejects.toMatchObject(missing);
  await expect(check({ out: at('photo.png/out.png') })).rejects.toMatchObject(missing);
  await expect(check({ out: at('out.png'), rowsFolder: at('missing/rows') })).rejects.toMatchObject(missing);
});

test('refuses to write a picture where a folder is, and bands where a file is', async () => {
  const { check, at } = folderWithPhoto();
  mkdirSync(at('folder.png'));
  const refused = { code: 'output-not-writable' };
  await expect(check({ out: at('folder.png') })).rejects.toMatchObject(refused);
  await expect(check({ out: at('out.png'), rowsFolder: at('photo.png') })).rejects.toMatchObject(refused);
});

test('keeps streamed bands away from what is read and written', async () => {
  const { folder, check, at } = folderWithPhoto();
  await expect(check({ out: at('row-0-3.png'), rowsFolder: folder })).rejects.toMatchObject({
    code: 'output-collision',
  });
  writeFileSync(at('row-0-0.png'), 'photo');
  await expect(check({ image: at('row-0-0.png'), out: at('out.png'), rowsFolder: folder })).rejects.toMatchObject({
    code: 'output-is-input',
  });
  await check({ out: at('row-0-3.png'), rowsFolder: at('rows') });
});

test('says why a place cannot be written', async () => {
  const { check, at, image } = folderWithPhoto();
  mkdirSync(at('folder.png'));
  await expect(check({ out: at('folder.png') })).rejects.toMatchObject({ data: { reason: 'because it is a folder' } });
  await expect(check({ out: at('new.png'), rowsFolder: image })).rejects.toMatchObject({
    data: { path: image, reason: 'because it is a file' },
  });
  const disk = smallDisk(1);
  if (!disk) return console.warn('skipped: only root can make a small disk here');
  disk.protect();
  await expect(check({ out: join(disk.folder, 'new.png') })).rejects.toMatchObject({
    data: { reason: 'because the disk can only be read' },
  });
});
