/** A package that is in the program. */
export interface Licence {
  readonly name: string;
  readonly version: string;
  readonly licence: string; // an SPDX expression
}

/** What the build listed from the lock file. @throws Error when the list is not there */
export async function readLicences(): Promise<readonly Licence[]> {
  const answer = await fetch('./licences.json');
  if (!answer.ok) throw new Error(`no list of licences: ${answer.status}`);
  return (await answer.json()) as Licence[];
}
