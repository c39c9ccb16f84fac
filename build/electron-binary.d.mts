/** The executable, where it is installed. */
export function findElectron(platform?: NodeJS.Platform): string | undefined;

/** Downloads and unpacks the binary. @throws Error with the reason in one line */
export function fetchElectron(tell: (line: string) => void): Promise<string>;
