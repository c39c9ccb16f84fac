import { setImmediate } from 'node:timers/promises';
import type { Pause } from '#common/raster/slices.ts';

/** Lets events that wait be handled before a long loop goes on. */
export const pause: Pause = () => setImmediate();
