import { shellContract } from '#common/contract/services.ts';
import type { ShellServices } from '#common/contract/services.ts';
import { createClient } from '#common/rpc/client.ts';
import { EngineLink } from './engine-link.ts';
import type { Host } from './host.ts';
import { domPort } from './ports.ts';

/** A host inside Electron's window: the preload script passes a port to the engine, anew after a crash, and one to the shell. */
export function createElectronHost(page: Window = window): Host {
  const link = new EngineLink();
  const shell = new Promise<ShellServices>((resolve) => {
    page.addEventListener('message', ({ source, data, ports: [port] }) => {
      if (source !== page || !port) return;
      if (data === 'engine-port') link.use(domPort(port));
      if (data === 'shell-port') resolve(createClient(domPort(port), shellContract));
    });
  });
  page.postMessage('page-ready', page.location.origin);
  return {
    kind: 'desktop',
    onEngine: link.onEngine,
    dialogs: {
      openPicture: async () => (await shell).dialogs.openPicture(),
      savePicture: async (picture) => (await shell).dialogs.savePicture(picture),
      chooseFile: async () => (await shell).dialogs.chooseFile(),
      chooseTarget: async (name) => (await shell).dialogs.chooseTarget(name),
      chooseFolder: async () => (await shell).dialogs.chooseFolder(),
    },
    onOpened: (listener) => later(shell.then(({ dialogs }) => dialogs.onOpened(listener))),
    onFolderDropped: (listener) => later(shell.then(({ dialogs }) => dialogs.onFolderDropped(listener))),
    onFilesDropped: (listener) => later(shell.then(({ dialogs }) => dialogs.onFilesDropped(listener))),
    onLeaveWanted: (listener) => later(shell.then(({ window }) => window.onCloseWanted(listener))),
    noteUnsaved: (hasUnsaved) => void shell.then(({ window }) => window.noteUnsaved(hasUnsaved)),
    leave: () => void shell.then(({ window }) => window.close()),
    showMenu: (menus) => void shell.then(({ menu }) => menu.show([...menus])),
    onCommand: (listener) => later(shell.then(({ menu }) => menu.onCommand(listener))),
  };
}

/** Ends a subscription that has yet to begin. */
function later(subscription: Promise<() => void>): () => void {
  return () => void subscription.then((unsubscribe) => unsubscribe());
}
