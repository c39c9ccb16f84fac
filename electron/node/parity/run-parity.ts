import { readFile, readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { AppError } from '#common/contract/errors.ts';
import { leaveWhiteSquare, modelParityCases, prepareSquare, prepareWhiteSquare, squareCrop } from '#models';
import type { DecodePicture, ParityResult } from '#models';
import { listingFailure } from '../batch/listing.ts';
import { decodeReference } from '../images/decode-reference.ts';
import { checkPreprocess } from './preprocess.ts';

/** How one golden case went. */
export type ParityOutcome =
  | ({ readonly status: 'PASS'; readonly name: string } & ParityResult)
  | { readonly status: 'FAIL' | 'SKIP'; readonly name: string; readonly reason: string };

interface CaseKind {
  readonly matches: RegExp;
  readonly check: (folder: string, decodePicture: DecodePicture) => Promise<ParityResult>;
}

const allKinds: readonly CaseKind[] = [
  ...modelParityCases,
  {
    matches: /^preprocess/,
    check: (folder) =>
      checkPreprocess(folder, decodeReference, { squareCrop, prepareSquare, prepareWhiteSquare, leaveWhiteSquare }),
  },
];

/** Kinds that are known but not checked yet. */
const skipped: readonly { readonly matches: RegExp; readonly reason: string }[] = [
  { matches: /^varedit-/, reason: 'VAREdit is not supported yet' },
];

const decodePicture: DecodePicture = (path) =>
  decodeReference(path, { applyOrientation: false, sixteenBitGrey: 'saturate' });

/** Checks every golden case in `folder`, or the one that `folder` is, in the order of their names.
 * @throws AppError `folder-unreadable` when there is none */
export async function* runParity(folder: string, kinds: readonly CaseKind[] = allKinds): AsyncGenerator<ParityOutcome> {
  for (const { path, name } of await findCases(folder)) yield await checkCase(path, name, kinds);
}

async function checkCase(path: string, name: string, kinds: readonly CaseKind[]): Promise<ParityOutcome> {
  const kind = kinds.find(({ matches }) => matches.test(name));
  if (!kind) {
    const known = skipped.find(({ matches }) => matches.test(name));
    return { status: 'SKIP', name, reason: known?.reason ?? 'this kind of case is unknown' };
  }
  try {
    return { status: 'PASS', name, ...(await kind.check(path, decodePicture)) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { status: 'FAIL', name, reason: reason.replaceAll(/\s*\n\s*/g, '; ') };
  }
}

async function findCases(folder: string): Promise<{ path: string; name: string }[]> {
  const entries = await readdir(folder).catch((cause: unknown) => {
    throw listingFailure(folder, cause);
  });
  const paths = entries.includes('manifest.json') ? [folder] : entries.sort().map((entry) => join(folder, entry));
  const cases: { path: string; name: string }[] = [];
  for (const path of paths) {
    const text = await readFile(join(path, 'manifest.json'), 'utf8').catch(() => undefined);
    if (text !== undefined) cases.push({ path, name: caseName(text) ?? basename(resolve(path)) });
  }
  if (cases.length === 0) {
    throw new AppError('folder-unreadable', { folder, reason: 'it holds no case with a manifest.json' });
  }
  return cases;
}

function caseName(manifest: string): string | undefined {
  try {
    const { case: name } = JSON.parse(manifest) as { case?: unknown };
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined; // the check of the case says what is wrong with it
  }
}
