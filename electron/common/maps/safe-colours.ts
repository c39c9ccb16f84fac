/** Eight colours that are told apart with any kind of colour vision (Okabe and Ito), then the same lighter and darker. */
const distinct = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 158, 115],
  [240, 228, 66],
  [0, 114, 178],
  [213, 94, 0],
  [204, 121, 167],
  [150, 150, 150],
] as const;

/** Colours for the classes of a map, the most frequent first: the first eight always differ for every eye. For looking only; what a model is
 * given stays in the colours of the palette.
 * @param classes in order of frequency @returns colour by class */
export function safeColours(classes: readonly number[]): Map<number, readonly [number, number, number]> {
  const shades = [1, 0.6, 1.35];
  return new Map(
    classes.map((index, place) => {
      const [r, g, b] = distinct[place % distinct.length]!;
      const shade = shades[Math.floor(place / distinct.length) % shades.length]!;
      const toned = (value: number): number => Math.min(255, Math.round(value * shade));
      return [index, [toned(r), toned(g), toned(b)]];
    }),
  );
}
