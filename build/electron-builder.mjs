// @ts-check
import { readFileSync } from 'node:fs';

// What goes into the packaged program, and how each system gets to know it. `${arch}`, `${os}` and such are electron-builder's own macros.

/** @param {string} name of the command line's launcher there */
const launcher = (name) => [{ from: `build/resources/bin/${name}`, to: `bin/${name}` }];

/** Sources, and builds for other places, that packages bring along. */
const deadWeight = [
  '!node_modules/ws/**', // only the browser host serves sockets
  '!node_modules/onnxruntime-node/script/**',
  '!node_modules/{adm-zip,global-agent}/**', // of that script
  '!node_modules/zod/src/**',
  '!node_modules/libheif-js/libheif/**',
  '!node_modules/luxon/{src,build/amd,build/cjs-browser,build/global}/**',
  '!node_modules/koffi/{doc,vendor}/**',
  '!node_modules/**/*.map',
];

/** What is packed. Said in whole for each system: one that only leaves things out would be taken to start from everything there is.
 * @param {NodeJS.Platform} platform that is packaged for, from whichever @param {string[]} more */
const filesFor = (platform, ...more) => [
  ...[
    'package.json',
    'out/{main,preload,engine,file-thread}.cjs',
    'out/cli.mjs',
    'out/renderer/**',
    '!out/renderer/**/*.map',
  ],
  'native-models/packs/**',
  ...more,
  ...deadWeight,
  // The package of the runtime holds the libraries of every system.
  `!node_modules/onnxruntime-node/bin/napi-v*/!(${platform})/**`,
  `!node_modules/onnxruntime-node/bin/napi-v*/${platform}/!(\${arch})/**`,
];

const endingsFile = new URL('../electron/common/picture-endings.json', import.meta.url);
/** @type {Record<string, string[]>} */
const pictureEndings = JSON.parse(readFileSync(endingsFile, 'utf8'));

const hasCertificate = Boolean(process.env.CSC_LINK ?? process.env.CSC_NAME);

/** @type {import('electron-builder').Configuration} */
export default {
  appId: 'io.github.editar-studio',
  productName: 'EditAR Studio',
  artifactName: 'editar-studio-${version}-${os}-${arch}.${ext}',
  directories: { output: 'dist', buildResources: 'build/resources' },
  asar: true,
  // The engine loads libraries and models as plain files, so it and everything it loads lies beside the archive.
  asarUnpack: ['out/{engine.cjs,file-thread.cjs,cli.mjs}', 'package.json', 'native-models/packs/**', 'node_modules/**'],
  npmRebuild: false,
  electronLanguages: ['en-US'],
  publish: null,
  linux: {
    target: ['AppImage', 'deb'],
    category: 'Graphics',
    files: filesFor('linux', 'build/resources/icons/256x256.png'), // a window's own icon
    extraResources: launcher('editar'),
    syncDesktopName: true,
    // The kinds are known to every desktop: describing them again would replace their names and icons for all programs.
    mimeTypes: [
      ...['image/png', 'image/jpeg', 'image/webp', 'image/avif', 'image/heif', 'image/tiff', 'image/gif'],
      'image/openraster',
    ],
  },
  mac: {
    target: [
      { target: 'dmg', arch: 'arm64' },
      { target: 'zip', arch: 'arm64' },
    ], // the runtime has no library for Intel
    category: 'public.app-category.photography',
    files: filesFor('darwin'),
    extraResources: launcher('editar'),
    // Without any signature Apple's processors refuse to run it; with one of nobody, the person has to allow it once.
    ...(hasCertificate ? {} : { identity: '-' }),
    fileAssociations: [
      {
        ext: Object.values(pictureEndings).flat(),
        ...{ name: 'Picture', role: 'Editor', rank: 'Alternate' },
      },
      { ext: 'ora', name: 'OpenRaster project', role: 'Editor', rank: 'Default' },
    ],
  },
  win: {
    target: ['nsis', 'zip'],
    files: filesFor('win32'),
    extraResources: launcher('editar.cmd'),
    // Pictures are in resources/installer.nsh.
    fileAssociations: [{ ext: 'ora', name: 'EditARStudio.ora', description: 'OpenRaster project' }],
  },
};
