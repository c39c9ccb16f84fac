import { Option } from 'commander';
import type { Command } from 'commander';
import { cannyDetectors, thresholdScales } from '#models/maps';
import { mapKinds } from '#common/maps/condition-map.ts';
import type { ConditionsRequest } from '#node/maps/run-conditions.ts';
import { numberOption } from './number-option.ts';

export interface ConditionsCommand {
  readonly name: 'conditions';
  readonly request: ConditionsRequest;
  readonly json: boolean;
}

interface Flags extends Pick<ConditionsRequest, 'kind' | 'detector' | 'model' | 'out'> {
  readonly low?: number;
  readonly high?: number;
  readonly json?: boolean;
}

const largest = { min: 0, max: 32_767, isWhole: false };

/** Adds `editar conditions`. */
export function addConditions(program: Command, found: (command: ConditionsCommand) => void): void {
  const conditions = program
    .command('conditions')
    .description('Make the condition map of a picture, or of every picture in a folder.')
    .argument('<image>', 'picture, or folder of pictures')
    .addOption(new Option('--kind <kind>', 'what the map shows').choices(mapKinds).makeOptionMandatory())
    .requiredOption('-o, --out <file>', 'PNG file to write; for a folder the folder of the maps')
    .addOption(numberOption('--low <number>', 'canny: gradient that continues an edge', largest))
    .addOption(numberOption('--high <number>', 'canny: gradient that starts an edge', largest))
    .addOption(
      new Option(
        '--detector <detector>',
        "canny: OpenCV's (100 and 200), the one EditAR was trained with (0.1 and 0.2), or that one for flat artwork",
      )
        .choices(cannyDetectors)
        .default('opencv'),
    )
    .option(
      '--model <id|dir>',
      'depth, segmentation: installed model that makes such maps (default: one that knows the picture)',
    )
    .option('--json', 'one JSON object per line on stdout');
  conditions.action((input: string, { json, low, high, ...flags }: Flags) => {
    refuseIdle(conditions, flags.kind);
    const { max } = thresholdScales[flags.detector];
    const isFloat = flags.detector !== 'opencv';
    if (isFloat && Math.max(low ?? 0, high ?? 0) > max)
      conditions.error(`thresholds of the detector ${flags.detector} are 0 to ${max}, such as 0.1 and 0.2`);
    const thresholds = { ...(low !== undefined && { low }), ...(high !== undefined && { high }) };
    found({ name: 'conditions', request: { ...flags, input, thresholds }, json: json ?? false });
  });
}

/** What would be passed over is refused. */
function refuseIdle(conditions: Command, kind: Flags['kind']): void {
  const idle = kind === 'canny' ? ['model'] : ['low', 'high', 'detector'];
  const said = idle.filter((name) => conditions.getOptionValueSource(name) === 'cli').map((name) => `--${name}`);
  if (said.length > 0) conditions.error(`${said.join(' and ')}: not for --kind ${kind}; see editar conditions --help`);
}
