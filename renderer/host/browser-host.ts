import type { ChosenFile } from '#common/contract/documents.ts';
import type { EngineServices } from '#common/contract/services.ts';
import { browserDialogs } from './browser-dialogs.ts';
import { EngineLink } from './engine-link.ts';
import type { Host } from './host.ts';
import { socketPort } from './ports.ts';

const retryMs = [250, 500, 1000, 2000, 4000]; // then the last again and again

/** A host whose engine answers over a socket of the page's own origin. A lost connection is opened again by itself. */
export function createBrowserHost(address = socketAddress(location)): Host {
  const link = new EngineLink();
  connect(link, address, 0);
  const never = () => () => undefined;
  const onOpened: Host['onOpened'] = (listener) => link.onEngine((services) => void tellNamed(services, listener));
  const events = {
    onEngine: link.onEngine,
    onOpened,
    onCommand: never,
    onLeaveWanted: never,
    onFolderDropped: never,
    onFilesDropped: never,
  };
  const showMenu = () => undefined; // the page shows its own
  return { kind: 'browser', dialogs: browserDialogs, ...events, showMenu, noteUnsaved, leave: () => undefined };
}

/** Tells of the files that the host was started with. An engine that is lost meanwhile is told of elsewhere. */
async function tellNamed(services: EngineServices | undefined, listener: (file: ChosenFile) => void): Promise<void> {
  const files = (await services?.documents.named().catch(() => undefined)) ?? [];
  for (const file of files) listener(file);
}

/** The browser asks before the page is left. */
function noteUnsaved(hasUnsaved: boolean): void {
  window.onbeforeunload = hasUnsaved ? (event) => event.preventDefault() : null;
}

const socketAddress = ({ protocol, host }: Location): string => `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/rpc`;

function connect(link: EngineLink, address: string, attempt: number): void {
  const socket = new WebSocket(address);
  let next = attempt + 1;
  socket.addEventListener('open', () => {
    next = 0;
    link.use(socketPort(socket));
  });
  socket.addEventListener('close', () => {
    setTimeout(() => connect(link, address, next), retryMs[Math.min(next, retryMs.length - 1)]);
  });
}
