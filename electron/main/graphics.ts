import { app } from 'electron';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const tolerated = 2; // crashes in one run; Chromium itself ends the program after a few more

/** Where the graphics driver crashes again and again, the window is drawn by the processor from the next start on, until the program is
 * updated. What models run on is a matter of its own. To be called before the program is ready.
 * @param noteFile where that is remembered: written at once, since the next crash may end the program */
export function watchGraphics(noteFile: string): void {
  if (readNote(noteFile) === app.getVersion()) app.disableHardwareAcceleration();
  let crashes = 0;
  app.on('child-process-gone', (_event, { type, reason }) => {
    if (type !== 'GPU' || reason === 'clean-exit' || reason === 'killed') return;
    if (++crashes > tolerated) writeNote(noteFile, app.getVersion());
  });
}

function readNote(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function writeNote(path: string, version: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${version}\n`);
  } catch {
    // a full or read-only disk: the next start tries the driver again
  }
}
