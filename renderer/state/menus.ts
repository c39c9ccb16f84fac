import type { ShownMenu } from '#common/contract/services.ts';
import { t } from '../i18n/i18n.svelte.ts';
import { commandGroups, commandTable } from './command-table.ts';
import type { CommandDefinition, CommandGroup } from './command-table.ts';
import type { Command } from './commands.svelte.ts';
import { accelerator } from './keys.ts';

/** One menu: commands in sections that a line parts. */
export interface Menu {
  readonly group: CommandGroup;
  readonly label: string;
  readonly sections: readonly (readonly Command[])[];
}

const labels = {
  file: 'frame.menuFile',
  edit: 'frame.menuEdit',
  select: 'frame.menuSelect',
  layer: 'frame.menuLayer',
  maps: 'frame.menuMaps',
  view: 'frame.menuView',
  engine: 'frame.menuEngine',
  tools: 'frame.menuTools',
  help: 'frame.menuHelp',
} as const satisfies Record<CommandGroup, string>;

export const groupLabel = (group: CommandGroup): string => t(labels[group]);

/** Commands by menu, in the order of the menus. A menu without commands is none. */
export function menusOf(commands: readonly Command[]): Menu[] {
  return commandGroups.flatMap((group) => {
    const own = commands.filter((command) => command.group === group);
    const numbers = [...new Set(own.map(({ section }) => section))].sort((a, b) => a - b);
    const sections = numbers.map((number) => own.filter(({ section }) => section === number));
    return own.length === 0 ? [] : [{ group, label: groupLabel(group), sections }];
  });
}

const isBrowsers = ({ id }: Command): boolean => (commandTable[id] as CommandDefinition).isBrowsers === true;

/** The same for the system's own menu, which has items of its own for the clipboard. */
export const shownMenus = (menus: readonly Menu[]): ShownMenu[] =>
  menus.map(({ group, label, sections }) => ({
    ...{ id: group, label },
    sections: sections.map((section) =>
      section
        .filter((command) => !isBrowsers(command))
        .map((command) => ({
          ...{
            id: command.id,
            label: command.label,
            isEnabled: command.isEnabled || command.whyNot !== undefined,
            isChecked: command.isChecked,
          },
          accelerator: command.keys[0] === undefined ? undefined : accelerator(command.keys[0]),
        })),
    ),
  }));
