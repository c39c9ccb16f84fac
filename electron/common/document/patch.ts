import { z } from 'zod';
import { zBlobId } from '../contract/blobs.ts';
import { changedFields } from './diff.ts';
import type { RecordsDiff } from './diff.ts';
import { zDocumentRecord, zImageId } from './records.ts';
import type { DocumentRecord, Image } from './records.ts';
import { withTiles } from './tiles.ts';

const zRecordId = z.string().max(100);

/** A change as it is sent and written down: only what is new, forwards only. A stroke is the tiles it touched. */
export const zDocumentPatch = z.object({
  put: z.array(zDocumentRecord),
  set: z.array(z.object({ id: zRecordId, fields: z.record(z.string(), z.json()) })),
  tiles: z.array(z.object({ image: zImageId, changes: z.array(z.tuple([z.int().nonnegative(), zBlobId.nullable()])) })),
  remove: z.array(zRecordId),
});
export type DocumentPatch = z.infer<typeof zDocumentPatch>;

/** The forward half of a change. */
export function patchOf({ added, updated, removed }: RecordsDiff<DocumentRecord>): DocumentPatch {
  const patch: DocumentPatch = { put: Object.values(added), set: [], tiles: [], remove: Object.keys(removed) };
  for (const [id, [from, to]] of Object.entries(updated)) {
    const fields = changedFields(from, to);
    if (from.type === 'image' && to.type === 'image' && (fields as string[]).every((field) => field === 'tiles')) {
      patch.tiles.push({ image: to.id, changes: changedTiles(from, to) });
    } else patch.set.push({ id, fields: Object.fromEntries(fields.map((field) => [field, to[field]])) });
  }
  return patch;
}

function changedTiles({ tiles: from }: Image, { tiles: to }: Image): DocumentPatch['tiles'][number]['changes'] {
  return to.flatMap((tile, index) => (tile === from[index] ? [] : [[index, tile] as const])).map(([i, t]) => [i, t]);
}

/** Makes the change in place.
 * @throws Error when it does not belong to these records, or what it makes is no record; then some of it may be made */
export function applyPatch(records: Map<string, DocumentRecord>, { put, set, tiles, remove }: DocumentPatch): void {
  for (const record of put) records.set(record.id, record);
  for (const { id, fields } of set) {
    const record = zDocumentRecord.parse({ ...required(records, id), ...fields });
    if (record.id !== id) throw new Error(`a change of ${id} made it ${record.id}`);
    records.set(id, record);
  }
  for (const { image, changes } of tiles) {
    const record = required(records, image);
    if (record.type !== 'image') throw new Error(`${image} is no image`);
    records.set(image, { ...record, tiles: withTiles(record.tiles, new Map(changes)) });
  }
  for (const id of remove) records.delete(id);
}

function required(records: ReadonlyMap<string, DocumentRecord>, id: string): DocumentRecord {
  const record = records.get(id);
  if (!record) throw new Error(`there is no record ${id}`);
  return record;
}
