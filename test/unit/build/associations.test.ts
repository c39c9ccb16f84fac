import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import config from '../../../build/electron-builder.mjs';
import { pictureEndings, projectEnding } from '#common/picture-files.ts';

// The packaged program is offered for every kind of file it opens, and for no other.

const endingsOf = (associations: typeof config.fileAssociations): string[] =>
  [associations ?? []].flat().flatMap(({ ext }) => ext);

const all = [...pictureEndings, projectEnding].sort();

test('on macOS, last among the programs for pictures', () => {
  expect(endingsOf(config.mac?.fileAssociations).sort()).toEqual(all);
});

test('on Linux, by kinds that every desktop knows, so that none is described anew', () => {
  const kinds = new Set(
    all.map(
      (ending) =>
        `image/${{ jpg: 'jpeg', jpe: 'jpeg', jfif: 'jpeg', tif: 'tiff', heic: 'heif', ora: 'openraster' }[ending] ?? ending}`,
    ),
  );
  expect(new Set([config.linux?.mimeTypes ?? []].flat())).toEqual(kinds);
  expect([config.fileAssociations, config.linux?.fileAssociations]).toEqual([undefined, undefined]);
});

test('on Windows for pictures beside others: none is opened by it unasked', () => {
  expect(endingsOf(config.win?.fileAssociations)).toEqual([projectEnding]);
  const script = readFileSync(new URL('../../../build/resources/installer.nsh', import.meta.url), 'utf8');
  const offered = [...script.matchAll(/insertmacro offerFor "(\w+)"/g)].map(([, ending]) => ending);
  expect(offered.sort()).toEqual([...pictureEndings].sort());
  expect(script).not.toMatch(/Classes\\\./); // the key of an ending says who opens it
});
