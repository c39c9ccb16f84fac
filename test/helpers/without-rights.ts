const nobody = 65534;

/** Runs as somebody who is not the owner of the tests' files: root reads and writes whatever it likes. Where the tests do not run as root they
 * have no more rights than anybody already. Vitest runs each file in a process of its own, so no other test notices. */
export async function withoutRights<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return await work();
  process.seteuid!(nobody);
  try {
    return await work();
  } finally {
    process.seteuid!(0);
  }
}

/** Windows has other rights than these. */
export const hasRights = process.platform !== 'win32';
if (!hasRights) console.warn('skipped: what POSIX rights forbid; this system has others');
