// @ts-check
// npm start [-- [--browser] [--port N] [--folder PATH …] [FILE …]]: builds, then opens the program in Electron or, where that cannot be, in the browser.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fetchElectron, findElectron } from './electron-binary.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({
  options: {
    browser: { type: 'boolean' },
    port: { type: 'string' },
    folder: { type: 'string', multiple: true }, // for batches in the browser
    'no-open': { type: 'boolean' },
  },
  allowPositionals: true,
});

const startedIn = process.env.INIT_CWD ?? process.cwd(); // npm runs scripts in the project, wherever the person is
const files = positionals.map((file) => resolve(startedIn, file));
const tell = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);

/** Why this must be the browser, or the executable of Electron.
 * @returns {Promise<{reason: string} | {executable: string}>} */
async function chooseHost() {
  if (values.browser) return { reason: 'asked for' };
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY) return { reason: 'there is no display here' };
  const executable = findElectron();
  if (executable !== undefined) return { executable };
  tell('Electron is not on this machine yet; downloading it once …');
  try {
    return { executable: await fetchElectron(tell) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { reason: `Electron could not be downloaded: ${reason}. A mirror can be named with ELECTRON_MIRROR` };
  }
}

/** @param {string} executable */
function startElectron(executable) {
  const startedAt = Date.now();
  const env = { ...process.env };
  delete env.ELECTRON_RUN_AS_NODE; // editors that are Electron themselves set it for what they start, which would have no window then
  const child = spawn(executable, [root, ...files], { env, stdio: 'inherit' });
  child.on('error', (error) => startBrowser(`Electron could not be started: ${error.message}`));
  child.on('exit', (code) => {
    if (code && process.platform === 'linux' && Date.now() - startedAt < 5000) {
      tell('Electron ended at once. Some Linux systems forbid its sandbox: allow unprivileged user namespaces for it,');
      tell('or use the browser: npm start -- --browser');
    }
    process.exitCode = code ?? 1;
  });
}

/** The server keeps its address over a crash, so that the page finds it again.
 * @param {string} reason */
function startBrowser(reason) {
  tell(`Opening in the browser (${reason}).`);
  const env = { ...process.env, EDITAR_TOKEN: randomBytes(32).toString('base64url') };
  runServer(env, values.port, 0);
}

/** @param {NodeJS.ProcessEnv} env @param {string | undefined} port @param {number} crashes */
function runServer(env, port, crashes) {
  const folders = (values.folder ?? []).flatMap((folder) => ['--folder', resolve(startedIn, folder)]);
  const args = ['out/server.mjs', ...(port === undefined ? [] : ['--port', port]), ...folders];
  if (crashes === 0) args.push(...files);
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let usedPort = port;
  let wasUp = false;
  child.stdout.once('data', (/** @type {Buffer} */ data) => {
    const address = String(data).trim();
    usedPort = new URL(address).port;
    wasUp = true;
    if (crashes === 0) {
      tell(address);
      if (!values['no-open']) openAddress(address);
    }
  });
  const pass = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, pass);
  child.on('exit', (code, signal) => {
    for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.off(name, pass);
    const wasAsked = signal === 'SIGINT' || signal === 'SIGTERM';
    if (code === 0 || wasAsked || !wasUp || crashes >= 3) {
      process.exitCode = code ?? (wasAsked ? 0 : 1);
      return;
    }
    tell('The engine stopped unexpectedly; starting it again.');
    runServer(env, usedPort, crashes + 1);
  });
}

/** Best effort: the address is printed in any case.
 * @param {string} address */
function openAddress(address) {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY) return;
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', address]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', address]
        : ['xdg-open', address];
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}

await import('./build.mjs');
const host = await chooseHost();
if ('executable' in host) startElectron(host.executable);
else startBrowser(host.reason);
