// @ts-check
// What goes into the packaged program. `${platform}` and `${arch}` are electron-builder's own macros.
/** @type {import('electron-builder').Configuration} */
export default {
  appId: 'io.github.editar-studio',
  productName: 'EditAR Studio',
  directories: { output: 'dist', buildResources: 'build/resources' },
  files: [
    'out/**',
    'package.json',
    'native-models/packs/**',
    '!out/**/*.map',
    '!out/{server,scene-stream}.mjs',
    '!out/screenshots/**',
    '!node_modules/ws/**',
    '!node_modules/onnxruntime-node/bin/napi-v*/!(${platform})/**',
    '!node_modules/onnxruntime-node/bin/napi-v*/${platform}/!(${arch})/**',
    '!node_modules/onnxruntime-node/script/**',
    '!node_modules/{adm-zip,global-agent}/**',
  ],
  asar: true,
  // The engine loads libraries and models as plain files, so it and everything it loads lies beside the archive.
  asarUnpack: ['out/{engine.cjs,file-thread.cjs,cli.mjs}', 'package.json', 'native-models/packs/**', 'node_modules/**'],
  npmRebuild: false,
  electronLanguages: ['en-US'],
  publish: null,
  fileAssociations: [
    {
      ext: ['png', 'jpg', 'jpeg', 'webp', 'avif', 'heic', 'heif', 'tif', 'tiff', 'gif'],
      name: 'Picture',
      role: 'Editor',
      rank: 'Alternate',
    },
    {
      ext: 'ora',
      name: 'OpenRaster project',
      mimeType: 'image/openraster',
      role: 'Editor',
      rank: 'Default',
    },
  ],
  linux: { target: ['AppImage', 'deb'], category: 'Graphics', maintainer: 'EditAR Studio contributors' },
  mac: { target: ['dmg', 'zip'], category: 'public.app-category.photography' },
  win: { target: ['nsis', 'zip'] },
};
