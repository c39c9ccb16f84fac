import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { intersect } from '#common/geometry.ts';
import type { Bounds } from '#common/geometry.ts';

const zWindowState = z.object({
  x: z.int().optional(), // screen space; left out: wherever the system likes
  y: z.int().optional(),
  width: z.int().min(640),
  height: z.int().min(480),
  isMaximized: z.boolean(),
});
export type WindowState = z.infer<typeof zWindowState>;

const initial: WindowState = { width: 1280, height: 860, isMaximized: false };
const minVisible = 64; // px of the window that must lie on a screen, or it could not be moved back

/** Where the window was, if that is still on a screen. A file that cannot be read is as good as none. */
export function readWindowState(path: string, screens: readonly Bounds[]): WindowState {
  const state = zWindowState.safeParse(readJson(path)).data ?? initial;
  const { x, y, width, height, isMaximized } = state;
  if (x === undefined || y === undefined) return state;
  const isVisible = screens.some((screen) => {
    const shared = intersect(screen, { x, y, width, height });
    return shared.width >= minVisible && shared.height >= minVisible;
  });
  return isVisible ? state : { width, height, isMaximized };
}

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
