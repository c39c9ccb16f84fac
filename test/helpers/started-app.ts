import { onTestFinished } from 'vitest';
import { shellContract } from '#common/contract/services.ts';
import { createClient } from '#common/rpc/client.ts';
import { electronPort } from '#common/rpc/electron-port.ts';
import { startApp } from '../../electron/main/start-app.ts';
import { app, fake, ipcMain } from '../fakes/electron.ts';

/** As long as answers take that come by themselves. */
export const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

/** Lets the test run as if on another system. */
export function pretendToBeOn(platform: NodeJS.Platform): void {
  const real = process.platform;
  Object.defineProperty(process, 'platform', { value: platform });
  onTestFinished(() => void Object.defineProperty(process, 'platform', { value: real }));
}

/** The desktop program with its window, around the fake of Electron. */
export async function startReady() {
  startApp();
  app.becomeReady();
  await settled();
  return { window: fake.windows[0], contents: fake.windows[0].webContents };
}

/** Lets the page ask for its ports, as the preload script does. @param url of the frame that asks @param parent of that frame */
export function pageReady(url = 'app://editar/index.html', parent: object | null = null): void {
  ipcMain.emit('page-ready', { sender: fake.windows[0].webContents, senderFrame: { url, parent } });
}

/** What main offers the page that has asked. */
export function shell() {
  const { ports } = fake.windows[0].webContents.sent.find(({ channel }) => channel === 'shell-port')!;
  return createClient(electronPort(ports[0]), shellContract);
}
