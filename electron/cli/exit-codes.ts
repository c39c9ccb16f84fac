import type { FailureCode } from '#node/engine/failure.ts';

/** How the program ends; scripts rely on these. */
export const exitCodes = {
  done: 0,
  parityFailed: 1,
  internal: 1, // a bug
  usage: 2,
  inputUnreadable: 3,
  model: 4, // missing or invalid
  device: 5, // device, memory or disk
  someItemsFailed: 6,
  cancelled: 130,
} as const;

const { usage, inputUnreadable, model, device, cancelled } = exitCodes;

const byCode: Readonly<Record<FailureCode, number>> = {
  'image-unreadable': inputUnreadable,
  'tile-damaged': inputUnreadable,
  'project-unreadable': inputUnreadable,
  'project-too-new': inputUnreadable,
  'file-changed': usage,
  'file-too-large': usage,
  'image-too-large': inputUnreadable,
  'unsupported-size': usage,
  'unsupported-format': usage,
  'selection-empty': usage,
  'recipe-invalid': usage,
  'kept-unfitting': usage,
  'legend-unreadable': usage,
  'name-invalid': usage,
  'companion-missing': inputUnreadable,
  'batch-running': usage,
  'batch-mismatch': usage,
  'journal-damaged': inputUnreadable,
  'queue-unreachable': device,
  'output-is-input': usage,
  'output-collision': usage,
  'output-folder-missing': usage,
  'output-not-writable': usage,
  'folder-unreadable': inputUnreadable,
  'disk-full': device,
  'data-full': device,
  'data-not-writable': device,
  'model-missing': model,
  'extractor-missing': model,
  'model-exists': usage,
  'model-embedded': usage,
  'download-failed': model,
  'download-damaged': model,
  'checkpoint-invalid': model,
  'checkpoint-mismatch': model,
  'pack-invalid': model,
  unsupported: model,
  'device-unavailable': device,
  'out-of-memory': device,
  'out-of-space': device,
  'bad-output': device,
  'invalid-input': usage,
  cancelled,
};

export const exitCodeOf = (code: string): number =>
  (byCode as Readonly<Record<string, number | undefined>>)[code] ?? exitCodes.internal;
