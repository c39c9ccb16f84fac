import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { intersect } from '#common/geometry.ts';
import type { Bounds } from '#common/geometry.ts';

/** Screen pixels that the page needs at least. */
export const minWindow = { width: 640, height: 480 };

const zWindowState = z.object({
  x: z.int().optional(), // screen space; left out: wherever the system likes
  y: z.int().optional(),
  width: z.int().min(minWindow.width),
  height: z.int().min(minWindow.height),
  isMaximized: z.boolean(),
});
export type WindowState = z.infer<typeof zWindowState>;

const initial: WindowState = { width: 1280, height: 860, isMaximized: false };
const minVisible = { width: 64, height: 16 }; // px of the title bar that must lie on a screen, or the window could not be moved back
const titleBarHeight = 32; // px, about

/** Where the window was, if it can still be reached there, and no larger than its screen. A file that cannot be read is as good as none.
 * @param screens the parts that windows may have */
export function readWindowState(path: string, screens: readonly Bounds[]): WindowState {
  const { x, y, ...rest } = zWindowState.safeParse(readJson(path)).data ?? initial;
  const home =
    x === undefined || y === undefined ? undefined : screens.find((screen) => isReachable(screen, x, y, rest));
  const limits = home ? [home] : screens;
  const size = {
    width: Math.max(minWindow.width, Math.min(rest.width, largest(limits, 'width'))),
    height: Math.max(minWindow.height, Math.min(rest.height, largest(limits, 'height'))),
  };
  return { ...(home && { x, y }), ...size, isMaximized: rest.isMaximized };
}

function isReachable(screen: Bounds, x: number, y: number, { width }: WindowState): boolean {
  const shared = intersect(screen, { x, y, width, height: titleBarHeight });
  return shared.width >= minVisible.width && shared.height >= minVisible.height;
}

const largest = (screens: readonly Bounds[], side: 'width' | 'height'): number =>
  Math.max(0, ...screens.map((screen) => screen[side]));

/** Losing it costs a person one drag, so a failure is not worth telling. */
export function writeWindowState(path: string, state: WindowState): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.part`, JSON.stringify(state));
    renameSync(`${path}.part`, path);
  } catch {
    // a full or read-only disk
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
