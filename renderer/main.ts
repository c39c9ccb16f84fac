import { mount } from 'svelte';
import App from './App.svelte';
import { createBrowserHost } from './host/browser-host.ts';
import { createElectronHost } from './host/electron-host.ts';
import { createAppState } from './state/app-state.ts';
import '@fontsource-variable/inter/wght.css';
import './styles/base.css';

const host = location.protocol === 'app:' ? createElectronHost() : createBrowserHost();
mount(App, { target: document.querySelector('#app')!, props: { app: createAppState(host, keptTexts()) } });

/** A browser may refuse its storage altogether. */
function keptTexts(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
