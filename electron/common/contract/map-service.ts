import { z } from 'zod';
import { channelsOf, mapKinds } from '../maps/condition-map.ts';
import { readNotes } from '../maps/read-map.ts';
import { zBlobId, zBytes } from './blobs.ts';
import { zFileName } from './documents.ts';

const zSide = z.int().min(1).max(65_535);

/** A condition map on its way between page and engine. */
export const zMap = z
  .object({ kind: z.enum(mapKinds), width: zSide, height: zSide, data: zBytes })
  .refine(({ kind, width, height, data }) => data.length === width * height * channelsOf(kind), {
    path: ['data'],
    error: 'as many bytes as the map has samples',
  });

/** A map read from a file, and what reading it had to give up. */
export const zReadMap = z.object({ map: zMap, notes: z.array(z.enum(readNotes)) });

/** A map made of a picture, by what, and what the person should know of it. */
export const zMadeMap = z.object({ map: zMap, madeBy: z.string(), notices: z.array(z.string()) });

/** A map that lies beside a picture's file. */
export const zMapBeside = z.object({
  kind: z.enum(mapKinds),
  name: zFileName,
  blob: zBlobId,
  legend: zBlobId.nullable(), // of the file that names its classes
});
export type MapBeside = z.infer<typeof zMapBeside>;
