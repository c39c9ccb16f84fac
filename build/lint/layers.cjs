// Import rules of the whole program: which folder may know which. See CONTRIBUTING.md.
const ours = '^(electron|native-models|renderer|test|build)/';
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: ours, pathNot: allowed },
});
const soleImporter = (pkg, home) => ({
  name: `${pkg.replaceAll(/\W/g, '-')}-has-one-home`,
  severity: 'error',
  from: { path: '^(electron|native-models|renderer)/', pathNot: home },
  to: { path: `^(node_modules/${pkg}/|${pkg}$)` },
});
const low = 'tensor|checkpoint|onnx|runtime|decode';
const types = 'native-models/(api|errors)\\.ts$';

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    only('common-is-pure', '^electron/common/', '^electron/common/|^native-models/(api|maps)\\.ts$'),
    only('node', '^electron/node/', '^electron/(common|node)/|^native-models/(index|api|disk|maps)\\.ts$'),
    only(
      'shell-is-thin',
      '^electron/(main|preload)/',
      '^electron/(common|main|preload)/|^electron/node/((log|settings)/|images/atomic-write\\.ts$)',
    ),
    only(
      'hosts',
      '^electron/(utility|server|cli)/',
      '^electron/(common|node)/|^electron/$1/|^native-models/(api|maps)\\.ts$',
    ),
    only('renderer', '^renderer/', '^renderer/|^electron/common/|^native-models/(api|maps)\\.ts$'),
    {
      name: 'components-on-top',
      severity: 'error',
      from: { path: '^renderer/(state|host|canvas|tools)/' },
      to: { path: '^renderer/components/' },
    },
    only('models-closed', '^native-models/', '^native-models/'),
    only('models-low', '^native-models/(checkpoint|onnx|runtime|decode)/', `^native-models/(tensor|$1)/|^${types}`),
    only('models-tensor', '^native-models/tensor/', '^native-models/(tensor/|errors\\.ts$)'),
    only('models-parts', '^native-models/parts/', `^native-models/((${low}|parts)/|disk\\.ts$)|^${types}`),
    // Maps are made in the page as well: pure, and below everything that runs a model.
    only('models-conditions', '^native-models/conditions/', `^native-models/(tensor|conditions)/|^${types}`),
    only(
      'models-evaluation',
      '^native-models/evaluation/',
      `^native-models/(tensor|evaluation)/|^native-models/scenes/random\\.ts$|^${types}`,
    ),
    only('models-scenes', '^native-models/scenes/', `^native-models/(tensor|conditions|evaluation|scenes)/|^${types}`),
    only('models-mid', '^native-models/(tokenizers|text-encoders)/', `^native-models/(${low}|parts|$1)/|^${types}`),
    only(
      'models-extractors',
      '^native-models/extractors/',
      `^native-models/(${low}|parts|conditions|evaluation|extractors)/|^${types}`,
    ),
    only(
      'families-are-siblings',
      '^native-models/families/([^/]+)/',
      `^native-models/(${low}|parts|tokenizers|text-encoders)/|^native-models/families/($1/|family\\.ts$)|^${types}`,
    ),
    {
      name: 'runs-anywhere',
      severity: 'error',
      from: {
        path: `^(electron/common|renderer|native-models/(tensor|decode|conditions|evaluation|scenes))/|^native-models/maps\\.ts$|^${types}`,
      },
      to: { dependencyTypes: ['core'] },
    },
    soleImporter('onnxruntime-node', '^native-models/runtime/'),
    soleImporter('koffi', '^native-models/runtime/'),
    soleImporter('sharp', '^electron/node/images/'),
    soleImporter('@huggingface/tokenizers', '^native-models/tokenizers/'),
    soleImporter('electron', '^electron/(main|preload|utility)/'),
    soleImporter('ag-psd', '^electron/node/projects/'),
    soleImporter('bullmq', '^electron/node/batch/'),
    soleImporter('ioredis', '^electron/node/batch/'),
    soleImporter('svelte', '^renderer/'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.js', '.svelte', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
