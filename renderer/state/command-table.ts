import type { Chord } from './keys.ts';

export const commandGroups = ['file', 'edit', 'select', 'layer', 'maps', 'view', 'engine', 'tools', 'help'] as const;
export type CommandGroup = (typeof commandGroups)[number];

/** What is known of a command before anything can run it. Its label is the message `commands.<id>`. */
export interface CommandDefinition {
  readonly group: CommandGroup; // its menu
  readonly keys?: readonly Chord[]; // as shipped; a person may choose others
  readonly whileTyping?: boolean; // its keys act in text fields too
  readonly isBrowsers?: boolean; // as shipped its keys are the browser's own, which tells by an event when it is meant
  readonly section?: number; // of its menu: a line parts sections
}

/** Every command of the program. The part of the screen that can run one registers how with `Commands`. */
export const commandTable = {
  'file.open': { group: 'file', keys: ['Mod+O'], whileTyping: true },
  'file.recent': { group: 'file', keys: ['Mod+Shift+O'], whileTyping: true },
  'file.save': { group: 'file', keys: ['Mod+S'], whileTyping: true, section: 1 },
  'file.saveAs': { group: 'file', keys: ['Mod+Shift+S'], whileTyping: true, section: 1 },
  'file.export': { group: 'file', keys: ['Mod+E'], whileTyping: true, section: 1 },
  'file.close': { group: 'file', section: 2 },
  'edit.undo': { group: 'edit', keys: ['Mod+Z'] },
  'edit.redo': { group: 'edit', keys: ['Mod+Shift+Z', 'Mod+Y'] },
  'edit.cut': { group: 'edit', keys: ['Mod+X'], isBrowsers: true, section: 1 },
  'edit.copy': { group: 'edit', keys: ['Mod+C'], isBrowsers: true, section: 1 },
  'edit.copySeen': { group: 'edit', keys: ['Mod+Shift+C'], section: 1 },
  'edit.paste': { group: 'edit', keys: ['Mod+V'], isBrowsers: true, section: 1 },
  'edit.clear': { group: 'edit', keys: ['Delete'], section: 1 },
  'select.all': { group: 'select', keys: ['Mod+A'] },
  'select.none': { group: 'select', keys: ['Mod+D', 'Mod+Shift+A'] },
  'select.again': { group: 'select', keys: ['Mod+Shift+D'] },
  'select.invert': { group: 'select', keys: ['Mod+I', 'Mod+Shift+I'] },
  'select.grow': { group: 'select', section: 1 },
  'select.shrink': { group: 'select', section: 1 },
  'select.feather': { group: 'select', section: 1 },
  'layer.add': { group: 'layer', keys: ['Mod+Shift+L'] },
  'layer.fromFile': { group: 'layer' },
  'layer.duplicate': { group: 'layer', keys: ['Mod+J'] },
  'layer.mergeDown': { group: 'layer', keys: ['Mod+Shift+E'] },
  'layer.mergeVisible': { group: 'layer' },
  'layer.flatten': { group: 'layer' },
  'layer.remove': { group: 'layer' },
  'layer.up': { group: 'layer', keys: ['Mod+]'], section: 1 },
  'layer.down': { group: 'layer', keys: ['Mod+['], section: 1 },
  'layer.chooseAbove': { group: 'layer', keys: ['Alt+]'], section: 1 },
  'layer.chooseBelow': { group: 'layer', keys: ['Alt+['], section: 1 },
  'layer.lock': { group: 'layer', section: 1 },
  'layer.selectPixels': { group: 'select', section: 2 },
  'layer.selectMask': { group: 'select', section: 2 },
  'layer.addMask': { group: 'layer', section: 2 },
  'layer.seeMask': { group: 'layer', section: 2 },
  'layer.invertMask': { group: 'layer', section: 2 },
  'layer.switchMask': { group: 'layer', section: 2 },
  'layer.applyMask': { group: 'layer', section: 2 },
  'layer.removeMask': { group: 'layer', section: 2 },
  'edit.run': { group: 'engine', keys: ['Mod+Enter'], whileTyping: true },
  'edit.stop': { group: 'engine', keys: ['Escape', 'Mod+.'], whileTyping: true },
  'result.accept': { group: 'engine', keys: ['Mod+Shift+Enter'], whileTyping: true, section: 1 },
  'result.discard': { group: 'engine', keys: ['Mod+Backspace'], section: 1 },
  'result.star': { group: 'engine', section: 1 },
  'result.next': { group: 'engine', keys: ['.'], section: 2 },
  'batch.start': { group: 'engine', section: 3 },
  'batch.pause': { group: 'engine', section: 3 },
  'batch.cancel': { group: 'engine', section: 3 },
  'result.previous': { group: 'engine', keys: [','], section: 2 },
  'view.before': { group: 'view', keys: ['\\'] },
  'view.zoomIn': { group: 'view', keys: ['Mod+Plus', 'Mod+='] },
  'view.zoomOut': { group: 'view', keys: ['Mod+-'] },
  'view.fit': { group: 'view', keys: ['Mod+0'] },
  'view.actualSize': { group: 'view', keys: ['Mod+1'] },
  'view.selection': { group: 'view', keys: ['Mod+2'] },
  'view.batch': { group: 'view', keys: ['Mod+Shift+B'], whileTyping: true, section: 1 },
  'view.maps': { group: 'view', keys: ['Mod+Shift+M'], whileTyping: true, section: 1 },
  'view.theme': { group: 'view', section: 2 },
  'view.panel': { group: 'view', keys: ['Mod+\\'], whileTyping: true, section: 1 },
  'tool.hand': { group: 'tools', keys: ['H'] },
  'tool.zoom': { group: 'tools', keys: ['Z'] },
  'tool.rectangle': { group: 'tools', keys: ['M'], section: 1 },
  'tool.lasso': { group: 'tools', keys: ['L'], section: 1 },
  'tool.brush': { group: 'tools', keys: ['B'], section: 1 },
  'tool.similar': { group: 'tools', keys: ['W'], section: 1 },
  'tool.segment': { group: 'tools', keys: ['S'], section: 1 },
  'tool.move': { group: 'tools', keys: ['V'], section: 2 },
  'tool.paint': { group: 'tools', keys: ['P'], section: 2 },
  'tool.erase': { group: 'tools', keys: ['E'], section: 2 },
  'tool.eyedropper': { group: 'tools', keys: ['I'], section: 2 },
  'tool.crop': { group: 'tools', keys: ['C'], section: 3 },
  'tool.compare': { group: 'tools', keys: ['Y'], section: 3 },
  'maps.canny': { group: 'maps', keys: ['1'] },
  'maps.depth': { group: 'maps', keys: ['2'] },
  'maps.segmentation': { group: 'maps', keys: ['3'] },
  'maps.find': { group: 'maps', keys: ['Mod+Shift+F'], whileTyping: true, section: 1 },
  'maps.blank': { group: 'maps', section: 1 },
  'maps.example': { group: 'maps', section: 1 },
  'maps.open': { group: 'maps', section: 2 },
  'maps.save': { group: 'maps', section: 2 },
  'maps.remove': { group: 'maps', section: 2 },
  'maps.nextTool': { group: 'maps', keys: ['T'], section: 3 },
  'maps.previousTool': { group: 'maps', keys: ['Shift+T'], section: 3 },
  'help.palette': { group: 'help', keys: ['Mod+K'], whileTyping: true },
  'help.keys': { group: 'help', keys: ['?', 'F1'] },
  'help.settings': { group: 'edit', keys: ['Mod+,'], whileTyping: true, section: 9 },
  'help.about': { group: 'help', section: 1 },
} as const satisfies Record<string, CommandDefinition>;
export type CommandId = keyof typeof commandTable;

export const commandIds = Object.keys(commandTable) as CommandId[];
export const isCommandId = (id: string): id is CommandId => Object.hasOwn(commandTable, id);
