import type { Command, CommanderError } from 'commander';

/** The command that arguments name, as deep as they name one. */
export function asked(program: Command, argv: readonly string[]): Command {
  const [name, ...rest] = argv;
  const found = program.commands.find((command) => command.name() === name);
  return found ? asked(found, rest) : program;
}

/** What is wrong with arguments, in one sentence. @param printed what the parser said @param command that they name */
export function mistakeOf({ code }: CommanderError, printed: string, command: Command): string {
  const help = `see ${pathOf(command)} --help`;
  switch (code) {
    case 'commander.help': // what was printed is the help of a group of commands
      return `a command is missing; ${help}`;
    case 'commander.missingArgument':
    case 'commander.missingMandatoryOptionValue':
      return `${pathOf(command)} needs ${listed(missing(command))}; ${help}`;
    case 'commander.unknownCommand':
    case 'commander.unknownOption':
    case 'commander.excessArguments':
      return `${plain(printed).replace(/\.$/, '')}; ${help}`;
    default:
      return plain(printed);
  }
}

/** Arguments and options that a command cannot do without and was not given, all of them. */
function missing(command: Command): string[] {
  const { args, options, registeredArguments } = command;
  const withoutValue = registeredArguments.filter(({ required }, place) => required && args[place] === undefined);
  const unsaid = options.filter(
    (option) => option.mandatory && command.getOptionValue(option.attributeName()) === undefined,
  );
  return [...withoutValue.map((argument) => `<${argument.name()}>`), ...unsaid.map(({ flags }) => flags)];
}

/** Refuses names of files, folders and models that are empty, as a variable of a script is that was never set: an empty folder would be the
 * present one. Texts may be empty. Ends in a mistake of `command`. */
export function refuseEmptyNames(command: Command): void {
  const { args, options, registeredArguments } = command;
  const places = registeredArguments.filter(({ variadic }, place) =>
    (variadic ? args.slice(place) : args.slice(place, place + 1)).some(isEmpty),
  );
  const values = options.filter((option) => isEmpty(command.getOptionValue(option.attributeName())));
  const empty = [
    ...places.map((argument) => `<${argument.name()}>`),
    ...values.filter(({ flags }) => !flags.endsWith('<text>')).map(({ flags }) => flags),
  ];
  if (empty.length > 0)
    command.error(`${pathOf(command)} was given nothing for ${listed(empty)}; see ${pathOf(command)} --help`);
}

const isEmpty = (value: unknown): boolean => typeof value === 'string' && value.trim() === '';

const listed = (parts: readonly string[]): string =>
  [parts.slice(0, -1).join('; '), ...parts.slice(-1)].filter(Boolean).join(' and ');

const plain = (printed: string): string =>
  printed
    .trim()
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ');

const pathOf = (command: Command): string =>
  command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
