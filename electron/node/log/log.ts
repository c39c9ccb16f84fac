import pino from 'pino';
import type { Logger } from 'pino';

export type Log = Logger;

/** A log on stderr, one JSON object per line; stdout belongs to results. `EDITAR_LOG` sets the level (`debug`, `info`, …). */
export function createLog(level = process.env.EDITAR_LOG ?? 'silent'): Log {
  const isKnown = level === 'silent' || level in pino.levels.values;
  return pino({ level: isKnown ? level : 'info', base: undefined }, pino.destination({ fd: 2, sync: true }));
}
