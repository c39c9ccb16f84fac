// @ts-check
// The packages that are in the program, and their licences, from the lock file and each package's own description.
import { readFile } from 'node:fs/promises';

/** Packages that are bundled into the page: development dependencies to npm, parts of the program to a user. */
const bundled = ['svelte', 'bits-ui', '@fontsource-variable/inter'];

/** @typedef {{name: string, version: string, licence: string}} Licence */
/** @typedef {{version: string, license?: string, dev?: boolean, optional?: boolean, dependencies?: Record<string, string>}} Locked */

/** @param {URL} root of the project @returns {Promise<Licence[]>} by name */
export async function listLicences(root) {
  const lock = JSON.parse(await readFile(new URL('package-lock.json', root), 'utf8'));
  const packages = /** @type {Record<string, Locked>} */ (lock.packages);
  const shipped = new Set(
    Object.keys(packages).filter((path) => path !== '' && !packages[path].dev && !packages[path].optional),
  );
  for (const name of bundled) addWithDependencies(`node_modules/${name}`, packages, shipped);
  const list = await Promise.all([...shipped].map((path) => describe(root, path, packages[path])));
  return list.sort((a, b) => a.name.localeCompare(b.name, 'en') || a.version.localeCompare(b.version, 'en'));
}

/** @param {string} path @param {Record<string, Locked>} packages @param {Set<string>} found */
function addWithDependencies(path, packages, found) {
  const entry = packages[path];
  if (!entry || found.has(path)) return;
  found.add(path);
  for (const name of Object.keys(entry.dependencies ?? {})) {
    const nested = `${path}/node_modules/${name}`;
    addWithDependencies(nested in packages ? nested : `node_modules/${name}`, packages, found);
  }
}

/** The lock file leaves some licences out; the package itself has them.
 * @param {URL} root @param {string} path @param {Locked} entry @returns {Promise<Licence>} */
async function describe(root, path, { version, license }) {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  if (license !== undefined) return { name, version, licence: license };
  const read = (/** @type {string} */ file) => readFile(new URL(`${path}/${file}`, root), 'utf8').catch(() => '');
  const text = await read('LICENSE');
  const stated = JSON.parse((await read('package.json')) || '{}').license;
  return { name, version, licence: stated ?? (text.startsWith('MIT License') ? 'MIT' : 'not stated') };
}
