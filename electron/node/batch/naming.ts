import { posix } from 'node:path';
import { nameTokens } from '#common/contract/batch.ts';
import type { NameToken } from '#common/contract/batch.ts';
import { AppError } from '#common/contract/errors.ts';
import { safeName } from '#common/file-names.ts';

/** What the tokens stand for in one name. */
export type NameValues = Readonly<Record<NameToken, string>>;

/** The output of an item, relative to the output folder, without ending: the template with its tokens filled in, made safe for any
 * system. Values never add folders; only the template does.
 * @throws AppError `name-invalid` */
export function fillName(template: string, values: NameValues): string {
  return templateFolders(template)
    .map((part) => safeName(part.replaceAll(/\{(\w+)\}/g, (_, token: NameToken) => values[token])))
    .join('/');
}

/** Refuses a template that could leave the output folder or names tokens that do not exist.
 * @throws AppError `name-invalid` */
export function checkTemplate(template: string): void {
  templateFolders(template);
}

function templateFolders(template: string): string[] {
  const invalid = (reason: string): AppError => new AppError('name-invalid', { template, reason });
  const unknown = [...template.matchAll(/\{([^{}]*)\}/g)]
    .map(([, token = '']) => token)
    .filter((token) => !isToken(token));
  if (unknown.length > 0) {
    throw invalid(
      `{${unknown.join('}, {')}} is not known; known are ${nameTokens.map((token) => `{${token}}`).join(' ')}`,
    );
  }
  if (/[\\:]/.test(template)) throw invalid('folders are separated by /, and a disk cannot be named');
  const parts = template.split('/');
  if (parts.some((part) => part.trim() === ''))
    throw invalid('it has an empty part: it starts or ends with / or holds //');
  if (parts.some((part) => /^\.+$/.test(part.trim()))) throw invalid('it leads out of the output folder');
  return parts;
}

const isToken = (name: string): boolean => (nameTokens as readonly string[]).includes(name);

/** By what two names are told apart: some disks know neither case nor how accents are composed. */
export const nameKey = (path: string): string => path.normalize('NFC').toLowerCase();

/** A name as it is, or with the first number from 2 that is free. Those of maps keep what says so: `photo_2.canny.png`. */
export function firstFree(path: string, isFree: (path: string) => boolean): string {
  let name = path;
  for (let number = 2; !isFree(name); number++) name = numbered(path, number);
  return name;
}

function numbered(path: string, number: number): string {
  const { dir, base } = posix.parse(path);
  const [, stem, ending] = /^(.+?)((?:\.(?:canny|depth|seg))?\.[^.]*)$/.exec(base) ?? [path, base, ''];
  return posix.join(dir, `${stem}_${number}${ending}`);
}
