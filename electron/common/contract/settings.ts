import { z } from 'zod';
import { zBatchDevices } from './batch.ts';
import { devices } from './edit-request.ts';

const zChord = z.string().min(1).max(40); // as the page writes keys: `Mod+Shift+S`

const fields = {
  theme: z.enum(['system', 'light', 'dark']),
  contrast: z.enum(['system', 'more']),
  motion: z.enum(['system', 'less']),
  language: z.enum(['en', 'pseudo']),
  device: z.enum(devices), // that edits run on
  batchDevices: zBatchDevices,
  model: z.string().max(255), // id of a pack; empty: the first that can be used
  keys: z.record(z.string().max(60), z.array(zChord).max(4)), // of commands, by id, instead of those shipped
  exportsRecipe: z.boolean(), // in exported pictures: how they were made
  exportsMetadata: z.boolean(), // … EXIF, XMP and IPTC of the photo
  exportsPlace: z.boolean(), // … GPS
  cacheMiB: z
    .int()
    .min(256)
    .max(2 ** 20), // of packed layers, which make saving quick
  panelWidth: z.int().min(100).max(2000), // px
  isPanelOpen: z.boolean(),
};

/** Some settings, to be changed. */
export const zSettingsChange = z.strictObject(fields).partial();
export type SettingsChange = z.infer<typeof zSettingsChange>;

/** What a person chose, with what holds where they chose nothing. A value that cannot be read is as good as none, so that one bad
 * value does not cost the others; settings of a later version are kept. */
export const zSettings = z.looseObject({
  theme: fields.theme.catch('system'),
  contrast: fields.contrast.catch('system'),
  motion: fields.motion.catch('system'),
  language: fields.language.catch('en'),
  device: fields.device.catch('auto'),
  batchDevices: fields.batchDevices.catch([]),
  model: fields.model.catch(''),
  keys: fields.keys.catch({}),
  exportsRecipe: fields.exportsRecipe.catch(true),
  exportsMetadata: fields.exportsMetadata.catch(true),
  exportsPlace: fields.exportsPlace.catch(true),
  cacheMiB: fields.cacheMiB.catch(4096),
  panelWidth: fields.panelWidth.catch(300),
  isPanelOpen: fields.isPanelOpen.catch(true),
});
export type Settings = z.infer<typeof zSettings>;

export const defaultSettings: Settings = zSettings.parse({});
