import { expect, test } from 'vitest';
import { availableOf } from '../../../native-models/runtime/memory.ts';

const report = `Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                                4321.
Pages active:                            281014.
Pages inactive:                          276002.
Pages speculative:                         3011.
Pages throttled:                              0.
Pages wired down:                        126481.
"Translation faults":                1152921504.
`;

test('of a Mac, what it keeps in case it is wanted once more counts as free', () => {
  expect(availableOf(report)).toBe((4321 + 276002 + 3011) * 16384);
});

test('a report that says something else is none', () => {
  expect(availableOf('vm_stat: no such thing')).toBeUndefined();
  expect(availableOf(report.replace('inactive', 'idle'))).toBeUndefined();
});
