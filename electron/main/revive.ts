import { dialog } from 'electron';
import type { BrowserWindow } from 'electron';

const calmMs = 60_000; // a page that lived this long did not end because of how it starts
const maxQuickEnds = 2;

/** Loads a page again whose process has ended: the page then offers what was open, from its journal. One that ends again and again asks
 * the person before it is tried once more.
 * @param onGone called first: nobody listens in the page any more @param load shows the page */
export function reviveWhenGone(window: BrowserWindow, onGone: () => void, load: () => void): void {
  let quickEnds = 0;
  let loadedAt = Date.now();
  const again = (): void => {
    if (window.isDestroyed()) return;
    loadedAt = Date.now();
    load();
  };
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return;
    onGone();
    quickEnds = Date.now() - loadedAt < calmMs ? quickEnds + 1 : 1;
    if (quickEnds <= maxQuickEnds)
      setImmediate(again); // the process is still being cleared away
    else void askToTryAgain(window, reason).then((isWanted) => (isWanted ? again() : window.close()));
  });
}

async function askToTryAgain(window: BrowserWindow, reason: string): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'error',
    message: 'The window has stopped several times.',
    detail: `What you made is kept, and offered when the window opens again. (${reason})`,
    ...{ buttons: ['Open again', 'Close'], defaultId: 0, cancelId: 1 },
  });
  return response === 0;
}
