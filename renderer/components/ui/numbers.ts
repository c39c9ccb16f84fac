/** The numbers a control can be set to. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** The nearest number of a range. */
export function snap(value: number, { min, max, step }: NumberRange): number {
  const stepped = min + Math.round((value - min) / step) * step;
  return Number(Math.min(max, Math.max(min, stepped)).toFixed(decimals(step)));
}

/** What somebody typed, as a number of a range; undefined where it is none. A comma counts as a point. */
export function typedNumber(text: string, range: NumberRange): number | undefined {
  const trimmed = text.trim().replace(',', '.');
  const value = Number(trimmed);
  return trimmed === '' || !Number.isFinite(value) ? undefined : snap(value, range);
}

/** As it is shown: as many decimals as its step has. */
export const numberText = (value: number, { step }: NumberRange): string => value.toFixed(decimals(step));

const decimals = (step: number): number => String(step).split('.')[1]?.length ?? 0;
