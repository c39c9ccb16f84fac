import { expect, test } from 'vitest';
import { parseArguments } from '../../../electron/cli/arguments.ts';

const parse = (...argv: string[]) => parseArguments(argv, '1.2.3');
const minimal = ['edit', 'in.png', '-i', 'make it red', '-o', 'out.png'];

function mistakeOf(...argv: string[]): string {
  const parsed = parse(...argv);
  if (!('mistake' in parsed)) throw new Error('the arguments were accepted');
  return parsed.mistake;
}

test('reads the shortest edit, leaving the numbers of sampling to the model', () => {
  expect(parse(...minimal)).toEqual({
    command: {
      name: 'edit',
      json: false,
      request: {
        ...{ image: 'in.png', instruction: 'make it red', out: 'out.png', task: 'edit', device: 'auto' },
        ...{ sampling: {}, seed: 0, variants: 1, firstVariant: 0, isRaw: false, keepsPlace: true, tellsRecipe: true },
      },
    },
  });
});

test('reads every flag of edit', () => {
  const flags = [
    ...['--task', 'edit', '--model', 'mini', '--cfg', '1.5', '--temperature', '0', '--top-k', '0', '--top-p', '0.9'],
    ...[
      '--seed',
      '7',
      '--variants',
      '3',
      '--crop',
      '1,2,300,400',
      '--region',
      '10,20,30,40',
      '--fit',
      'square',
      '--device',
      'cpu',
    ],
    ...['--first-variant', '2', '--raw', '--rows', 'bands', '--json'],
  ];
  expect(parse(...minimal, ...flags)).toEqual({
    command: {
      name: 'edit',
      json: true,
      request: {
        ...{ image: 'in.png', instruction: 'make it red', out: 'out.png', task: 'edit', model: 'mini' },
        sampling: { cfg: 1.5, temperature: 0, topK: 0, topP: 0.9 },
        ...{
          seed: 7,
          variants: 3,
          firstVariant: 2,
          keepsPlace: true,
          tellsRecipe: true,
          crop: { x: 1, y: 2, width: 300, height: 400 },
          selection: { region: { x: 10, y: 20, width: 30, height: 40 } },
        },
        ...{ fit: 'square', device: 'cpu', isRaw: true, rowsFolder: 'bands' },
      },
    },
  });
});

test('beside a recipe only what was said counts', () => {
  const said = { image: 'in.png', out: 'out.png', sampling: { cfg: 4 }, seed: 9 };
  expect(parse('edit', 'in.png', '-o', 'out.png', '--recipe', 'r.json', '--cfg', '4', '--seed', '9')).toEqual({
    command: { name: 'edit by recipe', recipe: 'r.json', said, json: false },
  });
  expect(mistakeOf('edit', 'in.png', '-o', 'out.png')).toContain('--instruction');
});

test('what is missing is named all at once, with where to read on', () => {
  expect(mistakeOf('edit')).toBe('editar edit needs <image> and -o, --out <file>; see editar edit --help');
  expect(mistakeOf('batch')).toBe(
    'editar batch needs <folder>; -o, --out <folder> and --recipe <file>; see editar batch --help',
  );
  expect(mistakeOf('models', 'build', '--vq', 'x')).toMatch(/^editar models build needs --gpt .*; --t5 .* and -o/);
  expect(mistakeOf('models')).toBe('a command is missing; see editar models --help');
  expect(mistakeOf('paint')).toContain('; see editar --help');
  expect(mistakeOf(...minimal, '--colour', 'red')).toContain('; see editar edit --help');
});

test('options that would be passed over are refused', () => {
  const conditions = ['conditions', 'in.png', '-o', 'map.png', '--kind'];
  expect(mistakeOf(...conditions, 'depth', '--low', '3')).toContain('--low: not for --kind depth');
  expect(mistakeOf(...conditions, 'canny', '--model', 'mini')).toContain('--model: not for --kind canny');
  expect(parse(...conditions, 'depth', '--model', 'deep')).toHaveProperty('command');
});

test('the help tells the exit codes, and of every argument what it is', () => {
  expect(parse('--help')).toMatchObject({ help: expect.stringContaining('130 cancelled') });
  for (const argv of [['models', 'add'], ['models', 'remove'], ['parity'], ['batch'], ['edit'], ['conditions']]) {
    expect(parse(...argv, '--help')).toMatchObject({ help: expect.stringContaining('Arguments:') });
  }
});

test('reads a square that was placed by hand', () => {
  const request = { square: { x: -5, y: 10, size: 300 } };
  expect(parse(...minimal, '--square', '-5,10,300')).toMatchObject({ command: { request } });
  expect(mistakeOf(...minimal, '--square', '0,0,300', '--fit', 'whole')).toContain('cannot be used with');
});

test('keeps the instruction to the letter', () => {
  const parsed = parse('edit', 'in.png', '-i', '  --Make it RED ', '-o', 'out.png');
  expect(parsed).toMatchObject({ command: { request: { instruction: '  --Make it RED ' } } });
});

test.each([
  ['--cfg', '11', 'a number from 0 to 10'],
  ['--cfg', '-1', 'a number from 0 to 10'],
  ['--cfg', 'NaN', 'a number from 0 to 10'],
  ['--temperature', 'Infinity', 'a number from 0 to 10'],
  ['--top-k', '1.5', 'a whole number from 0 to 1000000'],
  ['--top-p', '0', 'a number from 0.001 to 1'],
  ['--seed', '9007199254740993', 'a whole number from 0 to 9007199254740991'],
  ['--seed', '0x10', 'a whole number from 0'],
  ['--variants', '0', 'a whole number from 1 to 8'],
  ['--variants', '9', 'a whole number from 1 to 8'],
  ['--region', '1,2,3', 'x,y,width,height'],
  ['--region', '0,0,0,5', 'width and height at least 1'],
  ['--crop', '0,0,5', 'x,y,width,height'],
  ['--square', '0,0', 'x,y,size'],
  ['--task', 'paint', 'Allowed choices are edit, canny, depth, segmentation'],
  ['--device', 'tpu', 'Allowed choices are auto, cpu, cuda, dml, webgpu'],
])('refuses %s %s and names what is allowed', (flag, value, words) => {
  expect(mistakeOf(...minimal, flag, value)).toContain(words);
});

test.each([
  ['no instruction', ['edit', 'in.png', '-o', 'out.png'], '--instruction'],
  ['no output', ['edit', 'in.png', '-i', 'x'], '--out'],
  ['no picture', ['edit', '-i', 'x', '-o', 'out.png'], 'image'],
  ['an empty instruction', ['edit', 'in.png', '-i', ' ', '-o', 'out.png'], 'the instruction is empty'],
  ['a region and a mask', [...minimal, '--region', '0,0,1,1', '--mask', 'm.png'], 'cannot be used with'],
  ['a region of a map', [...minimal, '--task', 'depth', '--region', '0,0,9,9'], 'a map is painted as a whole'],
  ['fitting a selection that is not there', [...minimal, '--fit', 'selection'], 'needs a region or a mask'],
  ['an unknown flag', [...minimal, '--colour'], "unknown option '--colour'"],
  ['an unknown command', ['paint'], "unknown command 'paint'"],
  ['no command', [], 'a command is missing'],
  ['half a command', ['models'], 'a command is missing'],
  ['an output without a name', ['edit', 'in.png', '-i', 'x', '-o', ''], 'was given nothing for -o, --out <file>'],
  [
    'names that are empty',
    ['batch', ' ', '-o', '', '--recipe', 'r.json'],
    'nothing for <folder> and -o, --out <folder>',
  ],
  ['a model without a name', [...minimal, '--model', ''], 'nothing for --model <id|dir>'],
  ['an empty name among others', ['models', 'verify', 'mini', ''], 'nothing for <models>'],
  ['a misspelt command, in one line', ['edti'], "unknown command 'edti' (Did you mean edit?); see"],
  ['a build without checkpoints', ['models', 'build', '-o', 'pack'], '--gpt'],
])('refuses %s', (_, argv, words) => {
  expect(mistakeOf(...argv)).toContain(words);
});

test('lets the description of a map be empty', () => {
  const parsed = parse('edit', 'edges.png', '-i', '', '-o', 'out.png', '--task', 'canny');
  expect(parsed).toMatchObject({ command: { request: { instruction: '' } } });
});

test('reads the commands for models', () => {
  expect(parse('models', 'list', '--json')).toEqual({ command: { name: 'models list', json: true } });
  expect(parse('models', 'verify', 'a', 'b')).toEqual({
    command: { name: 'models verify', models: ['a', 'b'], json: false },
  });
  expect(parse('models', 'add', 'pack')).toEqual({ command: { name: 'models add', source: 'pack', json: false } });
  expect(parse('models', 'remove', 'xl')).toEqual({ command: { name: 'models remove', id: 'xl', json: false } });
  const build = ['--family', 'editar', '--gpt', 'g.pt', '--vq', 'v.pt', '--t5', 't5', '--precision', 'int8', '-o', 'p'];
  expect(parse('models', 'build', ...build)).toEqual({
    command: {
      ...{ name: 'models build', family: 'editar', gpt: 'g.pt', vq: 'v.pt', t5: 't5', precision: 'int8', out: 'p' },
      ...{ link: false, json: false },
    },
  });
});

test('an evaluation has defaults for everything but the model and its sampling', () => {
  const defaults = {
    split: 'test-iid',
    layout: 'slots',
    limit: 40,
    maps: 'true',
    seed: 0,
    device: 'auto',
    sampling: {},
  };
  expect(parse('eval', 'scenes')).toEqual({
    command: { name: 'eval scenes', request: defaults, items: false, json: false },
  });
  const line =
    'eval scenes --model mini --split val --layout free --limit 5 --maps extracted --cfg 3 --top-k 10 --sheet a.png --items --json';
  expect(parse(...line.split(' '))).toEqual({
    command: {
      name: 'eval scenes',
      request: {
        ...{ ...defaults, model: 'mini', split: 'val', layout: 'free', limit: 5, maps: 'extracted', sheet: 'a.png' },
        sampling: { cfg: 3, topK: 10 },
      },
      items: true,
      json: true,
    },
  });
  expect(mistakeOf('eval', 'scenes', '--split', 'secret')).toContain('Allowed choices are');
  expect(mistakeOf('eval', 'scenes', '--layout', 'pile')).toContain('Allowed choices are');
});

test('an evaluation of maps takes the networks to measure', () => {
  expect(parse('eval', 'maps')).toEqual({
    command: { name: 'eval maps', request: { split: 'test-iid', layout: 'slots', limit: 200 }, json: false },
  });
  const line = 'eval maps --split val --layout full --limit 9 --depth a --segmentation b --sheet s.png --json';
  expect(parse(...line.split(' '))).toEqual({
    command: {
      name: 'eval maps',
      request: { split: 'val', layout: 'full', limit: 9, depth: 'a', segmentation: 'b', sheet: 's.png' },
      json: true,
    },
  });
});

test('reads what to time', () => {
  expect(parse('bench', '--model', 'mini')).toEqual({
    command: { name: 'bench', request: { model: 'mini', isRandom: false }, json: false },
  });
  expect(parse('bench', '--random-xl', '--tokens', '8', '--precision', 'int8', '--cache', 'fp32', '--json')).toEqual({
    command: { name: 'bench', request: { isRandom: true, tokens: 8, precision: 'int8', cache: 'fp32' }, json: true },
  });
  expect(mistakeOf('bench', '--random-xl', '--model', 'mini')).toContain('cannot be used with');
});

test('answers questions about itself', () => {
  expect(parse('--version')).toEqual({ help: '1.2.3\n' });
  const { help } = parse('edit', '--help') as { help: string };
  expect(help).toContain('--instruction');
});

test('knows that JSON was asked for, also when the arguments are wrong', () => {
  expect(parse('edit', '--json')).toMatchObject({ json: true });
  expect(parse('edit')).toMatchObject({ json: false });
});

test('reads a look at the devices, and one that is to be tried again', () => {
  expect(parse('devices')).toEqual({ command: { name: 'devices', json: false } });
  expect(parse('devices', '--try-again', 'cuda:1', '--json')).toEqual({
    command: { name: 'devices', tryAgain: 'cuda:1', json: true },
  });
  expect(mistakeOf('devices', '--try-again', 'gpu')).toContain('devices are cpu, cuda');
});
