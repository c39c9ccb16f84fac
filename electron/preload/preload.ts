import { ipcRenderer } from 'electron';

// Passes ports to the page and nothing else: what may be asked over them is for the other ends to decide.
for (const channel of ['engine-port', 'shell-port']) {
  ipcRenderer.on(channel, ({ ports }) => window.postMessage(channel, window.location.origin, ports));
}
window.addEventListener('message', ({ source, data }) => {
  if (source === window && data === 'page-ready') ipcRenderer.send('page-ready');
});
