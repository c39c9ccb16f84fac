import { z } from 'zod';
import { zImageId } from '#common/document/records.ts';
import type { DocumentRecord, Version } from '#common/document/records.ts';
import { zBlobId } from '#common/contract/blobs.ts';
import type { BlobId } from '#common/contract/blobs.ts';

// A project is an OpenRaster file that any program can open, with a folder of ours in it.

export const mimeType = 'image/openraster';
export const privateFolder = 'editar';
export const documentFile = `${privateFolder}/document.json`;
export const blobFile = (id: string): string => `${privateFolder}/blobs/${id}`;

/** What `document.json` says. Records are checked after they are brought to the form of today. */
export const zSavedDocument = z.object({
  version: z.int().nonnegative(),
  records: z.array(z.unknown()).max(200_000),
  /** Images whose pixels are those of a PNG of the archive; the tiles of all others lie among the blobs. */
  pictures: z.record(zImageId, z.string()),
  /** Of these PNGs: what they were made from. Whoever has these tiles need not unpack a PNG that is as it was. */
  made: z.record(z.string(), z.object({ crc: z.int(), tiles: z.array(zBlobId.nullable()) })).default({}),
});
export type SavedDocument = z.infer<typeof zSavedDocument>;

/** Blobs that a document needs besides the tiles of some images. */
export function blobsOf(records: readonly DocumentRecord[], hasPicture: (image: string) => boolean): Set<BlobId> {
  const blobs = new Set<BlobId>();
  const add = (id: BlobId | null | undefined) => id && blobs.add(id);
  for (const record of records) {
    if (record.type === 'image' && !hasPicture(record.id)) record.tiles.forEach(add);
    if (record.type === 'version') add(record.thumbnail);
    if (record.type !== 'project') continue;
    add(record.profile);
    add(record.source?.blob);
  }
  return blobs;
}

/** Blobs that recipes name: masks and maps, without which an edit cannot be run again. They may be missing. */
export function recipeBlobsOf(records: readonly DocumentRecord[]): Set<BlobId> {
  const named = records.flatMap((record) => (record.type === 'version' ? namesIn(record.recipe) : []));
  return new Set(named.flatMap((name) => zBlobId.safeParse(name).data ?? []));
}

const namesIn = ({ selection, map }: Version['recipe']): unknown[] => [
  (selection as { mask?: unknown } | undefined)?.mask,
  (map as { picture?: unknown } | undefined)?.picture,
];

/** A document as it comes from a file. */
export interface ReadProject {
  readonly records: DocumentRecord[];
  readonly notices: readonly string[]; // sentences: what is not as it was
}
