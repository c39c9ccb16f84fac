import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const isLibrary = (name: string): boolean => /^(lib)?onnxruntime(\.so(\.\d+)*|(\.\d+)*\.dylib|\.dll)$/.test(name);

/** Path of the ONNX Runtime shared library that onnxruntime-node ships for this system.
 * Throws a plain Error that says what was looked for when there is none. */
export function ortLibraryPath(): string {
  const main = createRequire(import.meta.url).resolve('onnxruntime-node');
  const packed = join(dirname(main), '..', 'bin');
  // A packaged app keeps native files outside its archive, and only the system loader cares.
  const unpacked = packed.replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked');
  const bin = existsSync(unpacked) ? unpacked : packed;
  const target = join(process.platform, process.arch);
  for (const abi of readdirSync(bin)) {
    const folder = join(bin, abi, target);
    const name = existsSync(folder) ? readdirSync(folder).find(isLibrary) : undefined;
    if (name) return join(folder, name);
  }
  throw new Error(`onnxruntime-node ships no ONNX Runtime library for ${process.platform} ${process.arch}`);
}

/** Libraries that the one at `path` looks for when a device is opened. Windows would find its own, older ones first: of two with one name that
 * is used which was loaded before. @param platform that the library is for @returns paths, to be loaded first */
export const companionsOf = (path: string, platform: NodeJS.Platform = process.platform): string[] =>
  platform === 'win32'
    ? ['dxil.dll', 'dxcompiler.dll', 'DirectML.dll'].map((name) => join(dirname(path), name)).filter(existsSync)
    : [];
