import { z } from 'zod';
import { event, method } from '../rpc/contract.ts';
import { zFileHandle } from './documents.ts';

/** Under which terms a model may be used. Neither: nothing is known. */
export const zLicence = z.object({ spdx: z.string().optional(), url: z.string().optional() });

/** Where a pack comes from: a folder the person chose, or an address of its pack.json or of the folder that holds one. */
const zPackSource = z.union([z.object({ folder: zFileHandle }), z.object({ address: z.url().max(2000) })]);
export type PackSource = z.infer<typeof zPackSource>;

/** What a person is told of a pack before anything of it is fetched or copied. */
const zOfferedPack = z.object({
  id: z.string(),
  title: z.string(),
  precision: z.string(),
  licence: zLicence,
  note: z.string().optional(),
  bytes: z.number().nonnegative(), // of all its files
  needed: z.number().nonnegative(), // that are yet to come: an earlier attempt may have left some
  free: z.number().nonnegative(), // on the disk they go to
});
export type OfferedPack = z.infer<typeof zOfferedPack>;

/** Changes to what is installed. Each fails with the codes of `ModelLibrary`. */
export const modelChanges = {
  /** Reads what a pack is, and nothing of its files. */
  look: method([zPackSource], zOfferedPack),
  /** Installs a pack, whole or not at all; ends early by its signal, and what was fetched until then is kept for the next attempt.
   * @param hasAccepted its licence, which is noted in the pack */
  add: method([zPackSource, z.boolean()], z.undefined()),
  /** Bytes on the disk so far of what is being added. */
  onAdding: event(z.object({ done: z.number(), of: z.number() })),
  /** Compares every file of a pack with its hash. */
  verify: method([z.string()], z.undefined()),
  remove: method([z.string()], z.undefined()),
};
