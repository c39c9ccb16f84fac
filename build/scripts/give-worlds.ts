/**
 * Tells packs all worlds of rendered scenes, so that they know a picture of one from any other:
 *
 *   node out/give-worlds.mjs native-models/packs/mini native-models/packs/scene-depth native-models/packs/scene-segmentation
 */
import { giveWorlds } from '../../native-models/extractors/give-worlds.ts';
import { smallWorlds } from '../../native-models/scenes/small-worlds.ts';

/** Of 32 x 32 cells; docs/miniature-maps.md has the measurements. */
const SHARE = 0.72;

const folders = process.argv.slice(2);
if (folders.length === 0) throw new Error('usage: give-worlds <pack> …');
for (const folder of folders) await giveWorlds(folder, { ...smallWorlds(), share: SHARE });
