import type { Area } from '../area.ts';

/** Command palette, list of keys, About. */
export const help = {
  palette: 'Commands',
  paletteField: 'What do you want to do?',
  nothingFound: 'No command of that name can be run now.',
  keys: 'Keyboard shortcuts',
  changeKeys: 'Change keys…',
  about: 'About EditAR Studio',
  aboutLead: 'Edits pictures by instruction and paints them from condition maps, on your own machine.',
  version: 'Version',
  runtime: 'ONNX Runtime',
  licence: 'Licence',
  ownLicence: 'MIT',
  licences: 'Open source in this program',
  noLicences: 'The list of licences could not be read.',
} as const satisfies Area;
