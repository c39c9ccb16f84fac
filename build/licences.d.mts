/** A package that is in the program. */
export interface Licence {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
}

/** @param root of the project @returns by name */
export function listLicences(root: URL): Promise<Licence[]>;
