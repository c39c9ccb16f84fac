// An ICC profile (version 2) whose colours are given by tables, as those of scanners and printers are: RGB with a curve of 2 and the primaries
// of Display P3, so that the tables have something to say.

const toXyz = [
  [0.515, 0.292, 0.157],
  [0.241, 0.692, 0.067],
  [-0.001, 0.042, 0.784],
];
const white = [0.9642, 1, 0.8249];

const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 / 116) * t + 16 / 116);
const inverseF = (t: number): number => (t > 6 / 29 ? t ** 3 : (t - 16 / 116) * (3 * (6 / 29) ** 2));

function labOf(rgb: readonly number[]): number[] {
  const xyz = toXyz.map((row) => row.reduce((sum, share, c) => sum + share * rgb[c]! ** 2, 0));
  const [x, y, z] = xyz.map((value, i) => f(value / white[i]!));
  return [116 * y! - 16, 500 * (x! - y!), 200 * (y! - z!)];
}

function rgbOf([l, a, b]: readonly number[]): number[] {
  const y = (l! + 16) / 116;
  const xyz = [y + a! / 500, y, y - b! / 200].map((t, i) => inverseF(t) * white[i]!);
  return solve(toXyz, xyz).map((light) => Math.sqrt(Math.min(1, Math.max(0, light))));
}

/** Cramer's rule. */
function solve(m: readonly (readonly number[])[], v: readonly number[]): number[] {
  const det = (p: readonly (readonly number[])[]) =>
    p[0]![0]! * (p[1]![1]! * p[2]![2]! - p[1]![2]! * p[2]![1]!) -
    p[0]![1]! * (p[1]![0]! * p[2]![2]! - p[1]![2]! * p[2]![0]!) +
    p[0]![2]! * (p[1]![0]! * p[2]![1]! - p[1]![1]! * p[2]![0]!);
  return [0, 1, 2].map(
    (column) => det(m.map((row, r) => row.map((value, c) => (c === column ? v[r]! : value)))) / det(m),
  );
}

const u16 = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, i) => bytes.writeUInt16BE(Math.min(0xffff, Math.max(0, Math.round(value))), i * 2));
  return bytes;
};
const u32 = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeInt32BE(value | 0, i * 4));
  return bytes;
};
const fixed = (...values: readonly number[]): Buffer => u32(...values.map((value) => Math.round(value * 65536)));

/** `lut16Type`: straight tables before and after a grid. */
function table(side: number, at: (place: readonly number[]) => number[]): Buffer {
  const grid: number[] = [];
  for (let place = 0; place < side ** 3; place++) {
    const shares = [Math.floor(place / side ** 2), Math.floor(place / side) % side, place % side];
    grid.push(...at(shares.map((index) => index / (side - 1))));
  }
  const straight = u16(...[0, 1, 2].flatMap(() => [0, 65535]));
  return Buffer.concat([
    Buffer.from('mft2\0\0\0\0', 'latin1'),
    Buffer.of(3, 3, side, 0),
    fixed(1, 0, 0, 0, 1, 0, 0, 0, 1),
    ...[u16(2, 2), straight, u16(...grid), straight],
  ]);
}

const labIn16 = ([l, a, b]: readonly number[]): number[] => [l! * 652.8, (a! + 128) * 256, (b! + 128) * 256];
const labFrom = ([l, a, b]: readonly number[]): number[] => [l! * (65535 / 652.8), b16(a!), b16(b!)];
const b16 = (share: number): number => (share * 65535) / 256 - 128;

export function tableProfile(): Uint8Array {
  const name = Buffer.from('Tables only\0', 'latin1');
  const tags: [string, Buffer][] = [
    ['desc', Buffer.concat([Buffer.from('desc\0\0\0\0', 'latin1'), u32(name.length), name, Buffer.alloc(78)])],
    ['cprt', Buffer.from('text\0\0\0\0none\0', 'latin1')],
    ['wtpt', Buffer.concat([Buffer.from('XYZ \0\0\0\0', 'latin1'), fixed(...white)])],
    ['A2B0', table(17, (rgb) => labIn16(labOf(rgb)))],
    ['B2A0', table(33, (lab) => rgbOf(labFrom(lab)).map((share) => share * 65535))],
  ];
  const parts: Buffer[] = [];
  const entries: Buffer[] = [];
  let at = 128 + 4 + tags.length * 12;
  for (const [key, data] of tags) {
    const whole = Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
    entries.push(Buffer.concat([Buffer.from(key, 'latin1'), u32(at, data.length)]));
    parts.push(whole);
    at += whole.length;
  }
  const header = Buffer.alloc(128);
  header.writeUInt32BE(at, 0);
  header.writeUInt32BE(0x02400000, 8);
  header.write('mntrRGB Lab ', 12, 'latin1');
  header.write('acsp', 36, 'latin1');
  header.set(fixed(...white), 68);
  return Buffer.concat([header, u32(tags.length), ...entries, ...parts]);
}
