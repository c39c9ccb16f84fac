import { buildModel } from '#node/models/build-model.ts';
import type { Services } from '#node/services.ts';
import type { ListedPack } from '#node/models/model-library.ts';
import { assertNever } from '#common/assert.ts';
import type { BuildCommand, CliCommand } from '../arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import { reportFailure } from '../failure.ts';
import type { Terminal } from '../terminal.ts';
import { size } from '../words.ts';

export type ModelsCommand = Extract<CliCommand, { name: `models ${string}` }>;

/** What every subcommand is given. `say` writes a result, as JSON or in words. */
interface Context {
  readonly services: Services;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly json: boolean;
  readonly say: (result: Readonly<Record<string, unknown>>, words: string) => void;
}

/** `editar models …`: what is installed, and changes to it. @returns the exit code */
export async function models(
  command: ModelsCommand,
  services: Services,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const { json } = command;
  const say: Context['say'] = (result, words) => terminal.result(json ? JSON.stringify(result) : words);
  const context = { services, terminal, signal, json, say };
  switch (command.name) {
    case 'models list':
      return await list(context);
    case 'models verify':
      return await verify(command.models, context);
    case 'models add':
      return await add(command.source, context);
    case 'models remove':
      return await remove(command.id, context);
    case 'models build':
      return await build(command, context);
    default:
      return assertNever(command);
  }
}

async function list({ services, terminal, say }: Context): Promise<number> {
  const installed = await services.library.list();
  for (const one of installed) say(listedFields(one), listedLine(one));
  if (installed.length === 0) terminal.note('no model is installed; see editar models build --help');
  return exitCodes.done;
}

function listedFields({ id, folder, isEmbedded, bytes, pack, problem }: ListedPack): Record<string, unknown> {
  const { title, family, precision, imageSize, licence, note } = pack ?? {};
  return { type: 'model', id, title, family, precision, imageSize, bytes, licence, note, folder, isEmbedded, problem };
}

function listedLine({ id, folder, isEmbedded, bytes, pack, problem }: ListedPack): string {
  if (!pack) return `${id}  damaged: ${problem}`;
  const licence = pack.licence.spdx ?? pack.licence.url ?? 'licence unknown';
  const place = isEmbedded ? 'embedded' : folder;
  const facts = [pack.title, pack.precision, `${pack.imageSize} px`, size(bytes), licence, place, pack.note];
  return `${id}  ${facts.filter((fact) => fact !== undefined).join(' · ')}`;
}

async function verify(names: readonly string[], context: Context): Promise<number> {
  const { services, terminal, json, signal, say } = context;
  const folders = names.length > 0 ? names : (await services.library.list()).map(({ folder }) => folder);
  let code: number = exitCodes.done;
  for (const name of folders) {
    signal.throwIfAborted();
    try {
      const { folder, pack } = await services.library.verify(name);
      say({ type: 'verified', id: pack.id, folder }, `${pack.id}  every file matches its hash`);
    } catch (error) {
      code = reportFailure(error, terminal, json);
    }
  }
  return code;
}

async function add(source: string, { services, terminal, signal, json, say }: Context): Promise<number> {
  const onProgress = partProgress(terminal, json);
  const { folder, pack } = await services.library.add(source, { signal, onProgress });
  say({ type: 'added', id: pack.id, folder }, `${pack.id}  installed in ${folder}`);
  return exitCodes.done;
}

async function remove(id: string, { services, say }: Context): Promise<number> {
  await services.library.remove(id);
  say({ type: 'removed', id }, `${id}  removed`);
  return exitCodes.done;
}

async function build(command: BuildCommand, { services, terminal, signal, json, say }: Context): Promise<number> {
  const pack = await buildModel(command, services.program, { signal, onProgress: partProgress(terminal, json) });
  const bytes = pack.files.reduce((sum, file) => sum + file.bytes, 0);
  say({ type: 'finished', out: command.out, id: pack.id, bytes }, `${command.out}  ${pack.title}, ${size(bytes)}`);
  return exitCodes.done;
}

/** Says how far each part is, a hundred times at most. */
function partProgress(terminal: Terminal, json: boolean) {
  let said = '';
  return (part: string, done: number, of: number): void => {
    const percent = of === 0 ? 100 : Math.floor((done / of) * 100);
    if (said === `${part} ${percent}`) return;
    said = `${part} ${percent}`;
    if (json) terminal.result(JSON.stringify({ type: 'progress', part, step: done, of }));
    else terminal.progress(`${part}: ${percent} % of ${size(of)}`);
  };
}
