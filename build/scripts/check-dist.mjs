// @ts-check
// Validates the packaging configuration without packaging anything: unknown keys and wrong values are refused. Works offline.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('../..', import.meta.url));
const { getConfig, validateConfiguration } = require('app-builder-lib/out/util/config/config');
const { DebugLogger } = require('builder-util');

const configuration = await getConfig(root, 'build/electron-builder.mjs', null);
await validateConfiguration(configuration, new DebugLogger(false));
process.stdout.write('the packaging configuration is valid\n');
