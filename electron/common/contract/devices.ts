import { z } from 'zod';
import { zDeviceName } from './edit-request.ts';

/** What a device was used for when it stopped the program: its self-test, or a model. */
export const deviceUses = ['self-test', 'work'] as const;

/** A device that is left out since it stopped the program, until the person tries it again or its driver changes. */
export const zLeftOutDevice = z.object({
  device: zDeviceName,
  use: z.enum(deviceUses),
  times: z.int().positive(), // it stopped the program
  at: z.iso.datetime(), // the last time
});
export type LeftOutDevice = z.infer<typeof zLeftOutDevice>;

/** What came of trying a device. */
export const zTriedDevice = z.object({
  device: zDeviceName,
  reason: z.string().optional(), // why it is not used; left out: it passed its self-test
});
export type TriedDevice = z.infer<typeof zTriedDevice>;
