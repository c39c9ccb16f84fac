import { batch } from './batch.ts';
import { canvas } from './canvas.ts';
import { commands } from './commands.ts';
import { edit } from './edit.ts';
import { files } from './files.ts';
import { frame } from './frame.ts';
import { help } from './help.ts';
import { layers } from './layers.ts';
import { maps } from './maps.ts';
import { models } from './models.ts';
import { results } from './results.ts';
import { select } from './select.ts';
import { settings } from './settings.ts';
import { ui } from './ui.ts';
import { welcome } from './welcome.ts';

/** Every sentence of the page in English, one file per area of the screen. */
export const en = {
  batch,
  canvas,
  commands,
  edit,
  files,
  frame,
  help,
  layers,
  maps,
  models,
  results,
  select,
  settings,
  ui,
  welcome,
} as const;
