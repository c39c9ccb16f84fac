import { cocoPanoptic } from './coco-panoptic.ts';

/** `name:colour:name in COCO's panoptic palette` of ADE20K's 150 classes in their order; `=` for the same name, nothing where that palette has
 * no class for it. */
const entries = `
wall:787878:wall-other-merged, building:b47878:building-other-merged, sky:06e6e6:sky-other-merged,
floor:503232:floor-other-merged, tree:04c803:tree-merged, ceiling:787850:ceiling-merged, road:8c8c8c:=, bed:cc05ff:=,
windowpane:e6e6e6:window-other, grass:04fa07:grass-merged, cabinet:e005ff:cabinet-merged, sidewalk:ebff07:pavement-merged,
person:96053d:=, earth:787846:dirt-merged, door:08ff33:door-stuff, table:ff0652:table-merged,
mountain:8fff8c:mountain-merged, plant:ccff04:, curtain:ff3307:=, chair:cc4603:=, car:0066c8:=, water:3de6fa:water-other,
painting:ff0633:, sofa:0b66ff:couch, shelf:ff0747:=, house:ff09e0:=, sea:0907e6:=, mirror:dcdcdc:mirror-stuff,
rug:ff095c:rug-merged, field:7009ff:grass-merged, armchair:08ffd6:chair, seat:07ffe0:, fence:ffb806:fence-merged,
desk:0aff47:table-merged, rock:ff290a:rock-merged, wardrobe:07ffff:cabinet-merged, lamp:e0ff08:light, bathtub:6608ff:,
railing:ff3d06:fence-merged, cushion:ffc207:pillow, base:ff7a08:, box:00ff14:, column:ff0829:, signboard:ff0599:,
chest of drawers:0633ff:cabinet-merged, counter:eb0cff:=, sand:a09614:=, sink:00a3ff:=,
skyscraper:8c8c8c:building-other-merged, fireplace:fa0a0f:, refrigerator:14ff00:=, grandstand:1fff00:,
path:ff1f00:pavement-merged, stairs:ffe000:=, runway:99ff00:, case:0000ff:, pool table:ff4700:table-merged,
pillow:00ebff:=, screen door:00adff:door-stuff, stairway:1f00ff:stairs, river:0bc8c8:=, bridge:ff5200:=,
bookcase:00fff5:shelf, blind:003dff:window-blind, coffee table:00ff70:table-merged, toilet:00ff85:=, flower:ff0000:=,
book:ffa300:=, hill:ff6600:mountain-merged, bench:c2ff00:=, countertop:008fff:counter, stove:33ff00:oven,
palm:0052ff:tree-merged, kitchen island:00ff29:counter, computer:00ffad:, swivel chair:0a00ff:chair, boat:adff00:=,
bar:00ff99:counter, arcade machine:ff5c00:, hovel:ff00ff:house, bus:ff00f5:=, towel:ff0066:=, light:ffad00:=,
truck:ff0014:=, tower:ffb8b8:building-other-merged, chandelier:001fff:light, awning:00ff3d:, streetlight:0047ff:light,
booth:ff00cc:, television receiver:00ffc2:tv, airplane:00ff52:=, dirt track:000aff:dirt-merged, apparel:0070ff:,
pole:3300ff:, land:00c2ff:dirt-merged, bannister:007aff:fence-merged, escalator:00ffa3:stairs, ottoman:ff9900:,
bottle:00ff0a:=, buffet:ff7000:, poster:8fff00:, stage:5200ff:platform, van:a3ff00:car, ship:ffeb00:boat,
fountain:08b8aa:water-other, conveyer belt:8500ff:, canopy:00ff5c:, washer:b800ff:, plaything:ff001f:,
swimming pool:00b8ff:water-other, stool:00d6ff:chair, barrel:ff0070:, basket:5cff00:, waterfall:00e0ff:water-other,
tent:70e0ff:=, bag:46b8a0:handbag, minibike:a300ff:motorcycle, cradle:9900ff:, oven:47ff00:=, ball:ff00a3:sports ball,
food:ffcc00:food-other-merged, step:ff008f:stairs, tank:00ffeb:, trade name:85ff00:, microwave:ff00eb:=, pot:f500ff:,
animal:ff007a:, bicycle:fff500:=, lake:0abed4:water-other, dishwasher:d6ff00:, screen:00ccff:tv, blanket:1400ff:=,
sculpture:ffff00:, hood:0099ff:, sconce:0029ff:light, vase:00ffcc:=, traffic light:2900ff:=, tray:29ff00:, ashcan:ad00ff:,
fan:00f5ff:, pier:4700ff:platform, crt screen:7a00ff:tv, plate:00ffb8:, monitor:005cff:tv, bulletin board:b8ff00:,
shower:0085ff:, radiator:ffd600:, glass:19c2c2:, clock:66ff00:=, flag:5c00ff:banner`;

/** A class of ADE20K, which the first ControlNet and SegFormer's published weights know. EditAR never saw its colours. */
export interface AdeEntry {
  readonly name: string;
  readonly colour: readonly [red: number, green: number, blue: number];
  readonly panoptic: number; // index of the class in COCO's panoptic palette that says the same; -1 where there is none
}

const panopticByName = new Map(cocoPanoptic.map(({ index, name }) => [name, index]));

/** ADE20K's classes (spec/conditions.md section 4.4). Road and skyscraper share a colour; which class of COCO says the same is our own
 * judgement, by name. */
export const ade20k: readonly AdeEntry[] = entries
  .trim()
  .split(/,\s+/)
  .map((text) => {
    const [name = '', colour = '', same = ''] = text.split(':');
    const channel = (at: number): number => Number.parseInt(colour.slice(at, at + 2), 16);
    const panoptic = panopticByName.get(same === '=' ? name : same) ?? -1;
    return { name, colour: [channel(0), channel(2), channel(4)], panoptic };
  });

const keyAt = (rgb: ArrayLike<number>, i: number): number => (rgb[i]! << 16) | (rgb[i + 1]! << 8) | rgb[i + 2]!;
const ofCoco = new Set(cocoPanoptic.map(({ colour }) => keyAt(colour, 0)));

/** Largest difference in any channel at which a pixel still has a colour: what a JPEG does to flat areas. */
const reach = 6;
const cellBits = 3; // cells of 8 × 8 × 8 colours

const cellAt = (rgb: ArrayLike<number>, i: number): number =>
  ((rgb[i]! >> cellBits) << 10) | ((rgb[i + 1]! >> cellBits) << 5) | (rgb[i + 2]! >> cellBits);

/** Classes by the cells of colours that they reach. Most cells have none, so that a pixel is compared with few. */
const byCell = new Map<number, AdeEntry[]>();
for (const entry of ade20k) {
  const [reds, greens, blues] = entry.colour.map(cellsNear);
  for (const red of reds!)
    for (const green of greens!)
      for (const blue of blues!) {
        const cell = (red << 10) | (green << 5) | blue;
        byCell.set(cell, [...(byCell.get(cell) ?? []), entry]);
      }
}

/** Cells of one channel that hold values in reach of `value`. */
function cellsNear(value: number): number[] {
  const first = Math.max(0, value - reach) >> cellBits;
  const last = Math.min(255, value + reach) >> cellBits;
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** The class whose colour a pixel has, or nearly has; of two that share a colour the first. Colours of COCO are none of them. */
function entryAt(rgb: Uint8Array, i: number): AdeEntry | undefined {
  const near = byCell.get(cellAt(rgb, i));
  if (!near) return undefined;
  let [found, least]: [AdeEntry | undefined, number] = [undefined, reach + 1];
  for (const entry of near) {
    const [red, green, blue] = entry.colour;
    const off = Math.max(Math.abs(rgb[i]! - red), Math.abs(rgb[i + 1]! - green), Math.abs(rgb[i + 2]! - blue));
    if (off < least) [found, least] = [entry, off];
  }
  return least > 0 && ofCoco.has(keyAt(rgb, i)) ? undefined : found;
}

/** Share of the pixels, 0 … 1, that are in a colour of ADE20K, or nearly so. @param rgb [height][width][3] */
export function shareOfAde(rgb: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < rgb.length; i += 3) if (entryAt(rgb, i)) count++;
  return count / (rgb.length / 3);
}

/** A map in ADE20K's colours in those of COCO's panoptic palette, black where that has no such class. Other colours stay. */
export function adeToPanoptic(rgb: Uint8Array): Uint8Array {
  const out = rgb.slice();
  for (let i = 0; i < rgb.length; i += 3) {
    const entry = entryAt(rgb, i);
    if (entry) out.set(cocoPanoptic[entry.panoptic]?.colour ?? [0, 0, 0], i);
  }
  return out;
}
