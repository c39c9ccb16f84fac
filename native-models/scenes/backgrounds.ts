import { HORIZON, type Background } from './scene.ts';

/** sRGB-like colour, 0..1 per channel. */
export type Paint = readonly [number, number, number];

/**
 * A backdrop is a function of world coordinates in pixels; x is 0 at the left of a picture that is not shifted. The ground
 * inside the slots is one flat colour (or repeats every two tokens), so that an object needs few different edge tokens;
 * decoration stays outside the slots.
 */
export type Backdrop = (x: number, y: number) => Paint;

const hex = (code: number): Paint => [(code >> 16) / 255, ((code >> 8) & 255) / 255, (code & 255) / 255];
const mix = (a: Paint, b: Paint, t: number): Paint => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
  a[2] + (b[2] - a[2]) * t,
];
const gradient = (top: Paint, bottom: Paint, y: number): Paint => mix(top, bottom, y / HORIZON);
const inDisc = (x: number, y: number, cx: number, cy: number, r: number): boolean =>
  (x - cx) * (x - cx) + (y - cy) * (y - cy) < r * r;
const inOval = (x: number, y: number, cx: number, cy: number, rx: number, ry: number): boolean =>
  inDisc((x - cx) / rx, (y - cy) / ry, 0, 0, 1);
const inBox = (x: number, y: number, left: number, top: number, right: number, bottom: number): boolean =>
  x >= left && x < right && y >= top && y < bottom;
/** A hill whose top is a parabola. */
const inHill = (x: number, y: number, cx: number, top: number, width: number): boolean =>
  y > top + ((x - cx) * (x - cx)) / width;
/** A mountain with straight flanks; rise is the height per pixel. */
const inPeak = (x: number, y: number, cx: number, top: number, rise: number): boolean =>
  y > top + Math.abs(x - cx) * rise;
const inCloud = (x: number, y: number, cx: number, cy: number): boolean =>
  y < cy + 4 && (inDisc(x, y, cx, cy, 6) || inDisc(x, y, cx - 7, cy + 2, 4) || inDisc(x, y, cx + 7, cy + 1.5, 4.5));

export const BACKDROPS: Readonly<Record<Background, Backdrop>> = { studio, room, field, desert, snow, night };

function studio(x: number, y: number): Paint {
  if (y >= HORIZON + 3) return floorDisc(x, y) ? hex(0xe6ddd6) : hex(0xdcd1c9);
  if (y >= HORIZON) return hex(0xc4b6b4);
  const wall = gradient(hex(0x6f6a9c), hex(0x938bb8), y);
  const lamp = inOval(x, y, 64, 40, 44, 34) ? 0.14 : 0;
  return mix(wall, hex(0xffffff), lamp + (inOval(x, y, 64, 40, 26, 21) ? 0.12 : 0));
}

function floorDisc(x: number, y: number): boolean {
  return y > 120 || (x < 40 && y >= 72 && y < 120) ? inOval(x, y, 0, 124, 36, 12) : inOval(x, y, 128, 124, 36, 12);
}

function room(x: number, y: number): Paint {
  if (y >= HORIZON) return y < HORIZON + 4 ? hex(0xf4ead8) : boards(y);
  if (inBox(x, y, 50, 5, 78, 33)) return windowPane(x, y);
  if (inBox(x, y, 13, 5, 33, 19)) return picture(x, y);
  if (inDisc(x, y, -12, 14, 7.5)) return clock(x, y);
  if (inBox(x, y, 133, 6, 147, 28)) return mirror(x, y);
  if (inBox(x, y, 97, 12, 119, 14.5)) return hex(0x8a5a38);
  if (inBox(x, y, 100, 5, 103, 12) || inBox(x, y, 107, 6, 109, 12)) return hex(0xd9694f);
  if (inBox(x, y, 103.5, 4, 106.5, 12) || inBox(x, y, 110, 7, 115, 12)) return hex(0x4f8f8b);
  return Math.floor(x / 4) % 2 === 0 ? hex(0xe9cfa9) : hex(0xe3c59b);
}

const boards = (y: number): Paint => (y % 16 < 1.5 ? hex(0x9a6239) : hex(0xc08552));

function windowPane(x: number, y: number): Paint {
  if (!inBox(x, y, 52, 7, 76, 31) || inBox(x, y, 63, 7, 65, 31) || inBox(x, y, 52, 18, 76, 20)) return hex(0xfaf6ec);
  if (inHill(x, y, 70, 24, 60)) return hex(0x7fbf6b);
  return gradient(hex(0x7cc4f2), hex(0xd6effb), y);
}

function picture(x: number, y: number): Paint {
  if (!inBox(x, y, 15, 7, 31, 17)) return hex(0x6d4426);
  if (inDisc(x, y, 27, 10, 2)) return hex(0xffcf5a);
  return inPeak(x, y, 21, 10, 0.9) ? hex(0x3f7f86) : hex(0xf3e3c3);
}

function clock(x: number, y: number): Paint {
  if (!inDisc(x, y, -12, 14, 6)) return hex(0x8a5a38);
  return inBox(x, y, -12.6, 10, -11.4, 14.6) || inBox(x, y, -12.6, 13.4, -8.5, 14.6) ? hex(0x4a3a34) : hex(0xfaf6ec);
}

function mirror(x: number, y: number): Paint {
  if (!inOval(x, y, 140, 17, 7, 11)) return Math.floor(x / 4) % 2 === 0 ? hex(0xe9cfa9) : hex(0xe3c59b);
  if (!inOval(x, y, 140, 17, 5.2, 9.2)) return hex(0xb98a3c);
  return x + y < 156 ? hex(0xdff0f2) : hex(0xb9d6dc);
}

function field(x: number, y: number): Paint {
  if (y >= HORIZON) return meadow(x, y);
  if (inHill(x, y, 22, 28, 110)) return hex(0x77bd62);
  if (inHill(x, y, 96, 24, 130) || inHill(x, y, -44, 26, 100)) return hex(0x8fcb74);
  if (inHill(x, y, 170, 26, 100)) return hex(0x77bd62);
  if (inDisc(x, y, 106, 10, 6.5)) return hex(0xffe071);
  if (inCloud(x, y, 24, 12) || inCloud(x, y, 68, 16) || inCloud(x, y, -12, 9) || inCloud(x, y, 140, 13))
    return hex(0xffffff);
  return gradient(hex(0x58b3ee), hex(0xbfe6fb), y);
}

const TUFTS = [
  [8, 88],
  [26, 104],
  [14, 114],
  [100, 92],
  [118, 108],
  [97, 115],
  [56, 52],
  [71, 62],
  [-16, 98],
  [-8, 70],
  [136, 86],
  [146, 112],
] as const;
const FLOWERS = [
  [20, 84, 0xffffff],
  [6, 102, 0xffd24a],
  [32, 116, 0xff8fb1],
  [110, 84, 0xffd24a],
  [122, 95, 0xffffff],
  [106, 113, 0xff8fb1],
  [64, 47, 0xffffff],
  [-19, 82, 0xff8fb1],
  [-9, 112, 0xffffff],
  [134, 100, 0xff8fb1],
  [145, 74, 0xffffff],
] as const;

function meadow(x: number, y: number): Paint {
  if (y < HORIZON + 2) return hex(0x549a44);
  for (const [cx, cy, color] of FLOWERS) {
    if (inDisc(x, y, cx, cy, 0.9)) return hex(0xf2a51e);
    if (inDisc(x, y, cx, cy, 2.3)) return hex(color);
  }
  for (const [cx, cy] of TUFTS) if (inTuft(x - cx, y - cy)) return hex(0x4b9440);
  return hex(0x69b255);
}

/** Three blades of grass. */
const inTuft = (x: number, y: number): boolean =>
  y < 0 &&
  y > -6 &&
  (Math.abs(x) < 0.9 + y * 0.12 ||
    Math.abs(x - 2.5 + y * 0.45 + 2.5) < 0.8 ||
    Math.abs(x + 2.5 - y * 0.45 - 2.5) < 0.8);

const STONES = [
  [10, 92, 5],
  [30, 112, 4],
  [112, 110, 6],
  [99, 88, 3.5],
  [64, 54, 4],
  [-13, 104, 5],
  [141, 92, 4.5],
] as const;

function desert(x: number, y: number): Paint {
  if (y >= HORIZON) return sand(x, y);
  if (inHill(x, y, 20, 30, 130)) return hex(0xe3a65c);
  if (inPeak(x, y, 70, 15, 0.95)) return x < 70 ? hex(0xc98748) : hex(0xa96a38);
  if (inPeak(x, y, 92, 25, 0.95)) return x < 92 ? hex(0xcf9050) : hex(0xb2733d);
  if (inPeak(x, y, -27, 20, 0.95)) return x < -27 ? hex(0xc98748) : hex(0xa96a38);
  if (inPeak(x, y, 150, 21, 0.95)) return x < 150 ? hex(0xcf9050) : hex(0xb2733d);
  if (inDisc(x, y, 27, 12, 7)) return hex(0xfff3bd);
  return gradient(hex(0xf59a63), hex(0xfde0a4), y);
}

function sand(x: number, y: number): Paint {
  if (y < HORIZON + 2) return hex(0xd99d55);
  for (const [cx, cy, r] of STONES) {
    if (inOval(x, y, cx - 0.8, cy - 0.8, r * 0.7, r * 0.4)) return hex(0xb58f6a);
    if (inOval(x, y, cx, cy, r, r * 0.62)) return hex(0x96714f);
  }
  const ripple =
    inBox(x, y, 4, 100, 26, 101.5) ||
    inBox(x, y, 100, 98, 124, 99.5) ||
    inBox(x, y, 12, 117, 36, 118.5) ||
    inBox(x, y, -22, 90, -4, 91.5) ||
    inBox(x, y, 130, 108, 149, 109.5);
  return ripple ? hex(0xdba75f) : hex(0xebbd76);
}

const FLAKES = [
  [8, 8],
  [20, 16],
  [31, 5],
  [44, 12],
  [55, 4],
  [78, 6],
  [88, 14],
  [101, 7],
  [113, 15],
  [122, 5],
  [68, 11],
  [37, 20],
  [-17, 7],
  [-6, 14],
  [134, 12],
  [145, 5],
] as const;
const DRIFTS = [
  [14, 106, 18, 7],
  [112, 104, 17, 7],
  [64, 58, 13, 4],
  [142, 84, 10, 4],
  [-13, 82, 9, 4],
] as const;

function snow(x: number, y: number): Paint {
  if (y >= HORIZON) return snowGround(x, y);
  for (const [cx, cy] of FLAKES) if (inDisc(x, y, cx, cy, 1.3)) return hex(0xffffff);
  if (inPeak(x, y, 30, 15, 0.8)) return y < 24 ? hex(0xf6fbff) : x < 30 ? hex(0x7f9dc4) : hex(0x6a89b3);
  if (inPeak(x, y, 92, 12, 0.75)) return y < 22 ? hex(0xf6fbff) : x < 92 ? hex(0x8aa8cd) : hex(0x7492bb);
  if (inPeak(x, y, 60, 24, 0.6)) return x < 60 ? hex(0x98b4d6) : hex(0x86a2c6);
  if (inPeak(x, y, -29, 17, 0.8)) return y < 25 ? hex(0xf6fbff) : x < -29 ? hex(0x7f9dc4) : hex(0x6a89b3);
  if (inPeak(x, y, 156, 19, 0.75)) return y < 28 ? hex(0xf6fbff) : hex(0x8aa8cd);
  return gradient(hex(0x9cc3e8), hex(0xdcecf8), y);
}

function snowGround(x: number, y: number): Paint {
  if (y < HORIZON + 2) return hex(0xc3d5e8);
  for (const [cx, cy, rx, ry] of DRIFTS) {
    if (y < cy + 2 && inOval(x, y, cx, cy + 2, rx, ry))
      return inOval(x, y, cx + 2, cy + 4, rx, ry) ? hex(0xffffff) : hex(0xcfdff0);
  }
  return hex(0xe4eef8);
}

const STARS = [
  [6, 6],
  [17, 14],
  [28, 4],
  [39, 11],
  [50, 5],
  [62, 13],
  [74, 4],
  [85, 10],
  [119, 6],
  [124, 17],
  [10, 22],
  [47, 19],
  [70, 21],
  [112, 22],
  [-18, 8],
  [-9, 19],
  [-4, 5],
  [134, 9],
  [145, 18],
] as const;
const GLOWS = [
  [9, 90],
  [27, 80],
  [18, 111],
  [34, 99],
  [101, 84],
  [118, 94],
  [108, 112],
  [64, 50],
  [-11, 100],
  [-18, 78],
  [139, 86],
  [146, 108],
] as const;

function night(x: number, y: number): Paint {
  if (y >= HORIZON) return nightGround(x, y);
  if (inHill(x, y, 30, 29, 150)) return hex(0x1f2f55);
  if (inHill(x, y, 104, 31, 90) || inHill(x, y, -37, 27, 100)) return hex(0x243760);
  if (inHill(x, y, 162, 28, 90)) return hex(0x1f2f55);
  if (inDisc(x, y, 101, 11, 7.5) && !inDisc(x, y, 97.5, 9, 6.5)) return hex(0xfff0bd);
  for (const [cx, cy] of STARS) if (inDisc(x, y, cx, cy, 1.2)) return hex(0xf5f2da);
  return gradient(hex(0x0f1638), hex(0x33407e), y);
}

function nightGround(x: number, y: number): Paint {
  if (y < HORIZON + 2) return hex(0x22374f);
  for (const [cx, cy] of GLOWS) {
    if (inDisc(x, y, cx, cy, 1.2)) return hex(0xfff3a6);
    if (inDisc(x, y, cx, cy, 2.8)) return hex(0x7c8a5c);
  }
  return hex(0x35556a);
}
