// What the codes of the system say about files, in our words: as part of the sentences of `image-unreadable`, `folder-unreadable` and
// `output-not-writable`.

const reading: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'reading it is not allowed',
  EPERM: 'reading it is not allowed',
  EBUSY: 'another program uses it',
  ELOOP: 'its link leads nowhere',
  ENAMETOOLONG: 'its name is too long',
  EIO: 'the disk reports an error',
};

const listing: Readonly<Record<string, string>> = {
  ...reading,
  ENOENT: 'it does not exist',
  ENOTDIR: 'it is not a folder',
};

const writing: Readonly<Record<string, string>> = {
  EACCES: 'because the folder does not allow it',
  EPERM: 'because the folder does not allow it',
  EROFS: 'because the disk can only be read',
  EISDIR: 'because it is a folder',
  ENOTDIR: 'because its folder is a file',
  EEXIST: 'because it is a folder',
  ENOTEMPTY: 'because it is a folder',
  EBUSY: 'because another program uses it',
  EFBIG: 'because the disk cannot hold files of that size',
  EINVAL: 'because its name is not allowed there',
  ELOOP: 'because a link on the way leads nowhere',
  ENAMETOOLONG: 'because its name is too long',
  EIO: 'because the disk reports an error',
};

const codeOf = (cause: unknown): string => (cause instanceof Error && 'code' in cause ? String(cause.code) : '');

/** Why a file cannot be read. */
export const readReason = (cause: unknown): string => told(reading, cause);

/** Why a folder cannot be listed. */
export const listReason = (cause: unknown): string => told(listing, cause);

function told(reasons: Readonly<Record<string, string>>, cause: unknown): string {
  const code = codeOf(cause);
  return reasons[code] ?? `the disk reports ${code || String(cause)}`;
}

/** Why a file cannot be written; undefined for what is no known failure of a disk. */
export const writeReason = (cause: unknown): string | undefined => writing[codeOf(cause)];
