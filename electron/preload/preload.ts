import { ipcRenderer, webUtils } from 'electron';

// Passes ports to the page and nothing else: what may be asked over them is for the other ends to decide.
for (const channel of ['engine-port', 'shell-port']) {
  ipcRenderer.on(channel, ({ ports }) => window.postMessage(channel, window.location.origin, ports));
}
window.addEventListener('message', ({ source, data }) => {
  if (source === window && data === 'page-ready') ipcRenderer.send('page-ready');
});

// Where something lies that a person dropped, only this script can find out. Main decides what of it the page may use, and how it is named.
window.addEventListener(
  'drop',
  ({ isTrusted, dataTransfer }) => {
    const paths = [...(dataTransfer?.files ?? [])].map((file) => webUtils.getPathForFile(file)); // empty for what lies nowhere
    if (isTrusted && paths.length > 0) ipcRenderer.send('dropped', paths);
  },
  { capture: true },
);
