import { InvalidArgumentError, Option } from 'commander';
import type { Range } from '#common/contract/edit-request.ts';

/** A flag that takes a number of a range, which its help states. */
export function numberOption(flags: string, what: string, range: Range): Option {
  const words = `${range.isWhole ? 'a whole number' : 'a number'} from ${range.min} to ${range.max}`;
  return new Option(flags, `${what}: ${words}`).argParser((text) => {
    const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
    const isAllowed = value >= range.min && value <= range.max && (!range.isWhole || Number.isSafeInteger(value));
    if (!isAllowed) throw new InvalidArgumentError(`It has to be ${words}.`);
    return value;
  });
}
