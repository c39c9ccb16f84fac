import { Option } from 'commander';
import type { Command } from 'commander';
import { devices, ranges } from '#common/contract/edit-request.ts';
import type { MapEvalRequest } from '#node/models/run-map-eval.ts';
import { mapSources, sceneLayouts, sceneSplits } from '#node/models/run-scene-eval.ts';
import type { SceneEvalRequest } from '#node/models/run-scene-eval.ts';
import { numberOption } from './number-option.ts';

export interface EvalScenesCommand {
  readonly name: 'eval scenes';
  readonly request: SceneEvalRequest;
  readonly items: boolean;
}

export interface EvalMapsCommand {
  readonly name: 'eval maps';
  readonly request: MapEvalRequest;
}

type ScenesFlags = Omit<SceneEvalRequest, 'sampling'> &
  SceneEvalRequest['sampling'] & { readonly items?: boolean; readonly json?: boolean };
type MapsFlags = MapEvalRequest & { readonly json?: boolean };

type Found = (command: (EvalScenesCommand | EvalMapsCommand) & { readonly json: boolean }) => void;

/** Adds `editar eval scenes` and `editar eval maps`. */
export function addEval(program: Command, found: Found): void {
  const evaluate = program.command('eval').description('Measure what a model can do.').exitOverride();
  addScenes(evaluate, found);
  addMaps(evaluate, found);
}

const split = (): Option => new Option('--split <split>', 'which scenes').choices(sceneSplits).default('test-iid');
const layout = (): Option =>
  new Option(
    '--layout <layout>',
    'what the scenes have, from little to all: objects in three slots, objects anywhere, two sizes, shifted backdrops, materials and poses, everything',
  )
    .choices(sceneLayouts)
    .default('slots');
const limit = (of: string, initial: number): Option =>
  numberOption('--limit <number>', of, { min: 1, max: 10_000, isWhole: true }).default(initial);

function addScenes(evaluate: Command, found: Found): void {
  evaluate
    .command('scenes')
    .description('Let a model answer rendered test scenes and judge its answers beside two baselines.')
    .option('--model <id|dir>', 'installed model or folder of one (default: the embedded model)')
    .addOption(split())
    .addOption(layout())
    .addOption(limit('items of each kind', 40))
    .addOption(
      new Option('--maps <source>', 'what map tasks are painted from: true maps, or those found in pictures')
        .choices(mapSources)
        .default('true'),
    )
    .addOption(numberOption('--cfg <number>', 'guidance', ranges.cfg))
    .addOption(numberOption('--temperature <number>', 'randomness, 0 for none', ranges.temperature))
    .addOption(numberOption('--top-k <number>', 'keep the k likeliest ids, 0 for all', ranges.topK))
    .addOption(numberOption('--top-p <number>', 'keep the likeliest ids of this total probability', ranges.topP))
    .addOption(numberOption('--seed <number>', 'of the first item of each kind', ranges.seed).default(0))
    .addOption(new Option('--device <device>', 'where the model runs').choices(devices).default('auto'))
    .option('--sheet <file>', 'picture to write: the first five items of each kind')
    .option('--items', 'with --json: also one object per judged picture')
    .option('--json', 'one JSON object per line on stdout')
    .action(({ cfg, temperature, topK, topP, items, json, ...request }: ScenesFlags) => {
      const sampling = { cfg, temperature, topK, topP };
      found({ name: 'eval scenes', request: { ...request, sampling }, items: items ?? false, json: json ?? false });
    });
}

function addMaps(evaluate: Command, found: Found): void {
  evaluate
    .command('maps')
    .description('Let networks make maps of rendered test scenes and measure them beside two baselines.')
    .addOption(split())
    .addOption(layout())
    .addOption(limit('scenes', 200))
    .option('--depth <id|dir>', 'network for depth (default: the one that knows rendered scenes)')
    .option('--segmentation <id|dir>', 'network for segmentation (default: the same)')
    .option('--sheet <file>', 'picture to write: the first twenty scenes with both maps')
    .option('--json', 'one JSON object per line on stdout')
    .action(({ json, ...request }: MapsFlags) => found({ name: 'eval maps', request, json: json ?? false }));
}
