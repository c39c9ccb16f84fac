import { colourOf } from '../../../native-models/maps.ts';
import type { ConditionMap, MapKind } from '../../../electron/common/maps/condition-map.ts';

/** A map of grey values written as rows of numbers. */
export const greyMap = (kind: MapKind, rows: readonly (readonly number[])[]): ConditionMap => ({
  kind,
  width: rows[0]!.length,
  height: rows.length,
  data: Uint8Array.from(rows.flat()),
});

/** A map of edges written as text, `#` for an edge. */
export const edgeMapOf = (...rows: readonly string[]): ConditionMap =>
  greyMap(
    'canny',
    rows.map((row) => [...row].map((mark) => (mark === '#' ? 255 : 0))),
  );

/** A segmentation map written as palette indices. */
export const classMap = (rows: readonly (readonly number[])[]): ConditionMap => ({
  kind: 'segmentation',
  width: rows[0]!.length,
  height: rows.length,
  data: Uint8Array.from(rows.flat().flatMap((index) => [...colourOf(index)])),
});

export const edgeText = ({ width, height, data }: ConditionMap): string[] =>
  Array.from({ length: height }, (_, y) =>
    Array.from(data.subarray(y * width, (y + 1) * width), (v) => (v === 255 ? '#' : v === 0 ? '.' : '?')).join(''),
  );
