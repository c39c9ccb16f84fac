import { AppError } from '../contract/errors.ts';

/** Version of the form in which records are saved. Raised together with a step from the version before. */
export const schemaVersion = 2;

/** Makes records of the next version from those of one version; both are plain JSON. */
export type Migration = (records: readonly unknown[]) => readonly unknown[];

/** By the version they start from. */
const steps: Readonly<Record<number, Migration>> = {
  1: (records) => records, // selections can be among them from 2 on
};

/** Brings saved records to the form of today, one step after the other.
 * @param known steps, and the version they lead to
 * @throws AppError `project-too-new`; Error when a step is missing */
export function migrate(
  records: readonly unknown[],
  version: number,
  known: { readonly steps: Readonly<Record<number, Migration>>; readonly to: number } = { steps, to: schemaVersion },
): readonly unknown[] {
  if (version > known.to) throw new AppError('project-too-new', { version, known: known.to });
  let migrated = records;
  for (let at = version; at < known.to; at++) {
    const step = known.steps[at];
    if (!step) throw new Error(`there is no way from version ${at}`);
    migrated = step(migrated);
  }
  return migrated;
}
