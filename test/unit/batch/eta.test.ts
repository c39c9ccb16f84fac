import { expect, test } from 'vitest';
import { Eta } from '#node/batch/eta.ts';

const cells = 64; // of a picture

interface Course {
  readonly pictures: number;
  readonly pictureMs: (picture: number) => number;
  readonly openingMs?: number; // before the first cell
  readonly expectedMs?: number;
}

/** Every estimate of a batch that is made one picture after the other, and how long it really took from then on. */
function estimates({ pictures, pictureMs, openingMs = 0, expectedMs }: Course) {
  const eta = new Eta(expectedMs);
  const said: { made: number; at: number; ms: number | null }[] = [];
  let at = 0;
  eta.begin(at);
  at += openingMs;
  for (let picture = 0; picture < pictures; picture++) {
    for (let cell = 1; cell <= cells; cell++) {
      at += pictureMs(picture) / cells;
      eta.advance(picture, cell / cells, at);
      said.push({ made: picture + cell / cells, at, ms: eta.etaMs(pictures - picture) });
    }
    eta.finish(picture, at);
  }
  return said.map((estimate) => ({ ...estimate, left: at - estimate.at }));
}

test.each([10, 0.1])(
  'an earlier batch on a machine %d times as slow is corrected by the first pictures, step by step',
  (factor) => {
    const said = estimates({ pictures: 20, pictureMs: () => 1000, openingMs: 5000, expectedMs: 1000 * factor });
    for (const [place, { made, ms, left }] of said.entries()) {
      const before = said[place - 1]?.ms;
      if (before && left > 500) expect(Math.abs(Math.log(ms! / before))).toBeLessThan(0.1); // it never jumps
      if (made > 2 && left > 500) expect(ms! / left).toBeCloseTo(1, 1);
    }
  },
);

test('with nothing known it says nothing at first, then something near the truth', () => {
  const said = estimates({ pictures: 10, pictureMs: (picture) => [900, 1100][picture % 2], openingMs: 8000 });
  expect(said[0].ms).toBeNull();
  for (const { made, ms, left } of said) if (made > 0.2 && left > 500) expect(ms! / left).toBeCloseTo(1, 0);
});

test('a machine that becomes busy is noticed within a few pictures', () => {
  const said = estimates({ pictures: 40, pictureMs: (picture) => (picture < 20 ? 1000 : 3000), expectedMs: 1000 });
  for (const { made, ms, left } of said) if (made > 25 && left > 2000) expect(ms! / left).toBeCloseTo(1, 1);
});

test('a long batch on a machine that is busy now and then is told by many pictures', () => {
  const said = estimates({ pictures: 300, pictureMs: (picture) => (picture % 20 < 10 ? 10_000 : 50_000) });
  for (const { made, ms, left } of said)
    if (made > 30 && made < 200) expect(Math.abs(Math.log(ms! / left))).toBeLessThan(0.3);
});

test('pictures made side by side count together, and failures and pictures that are skipped tell nothing', () => {
  const eta = new Eta();
  eta.begin(0);
  for (let at = 100; at <= 1000; at += 100) {
    eta.advance(1, at / 1000, at);
    eta.advance(2, at / 2000, at);
  }
  eta.finish(1, 1000);
  eta.drop(2);
  expect(eta.pictureMs! / 1000).toBeCloseTo(1 / 1.5, 1);
  expect(eta.etaMs(4)).toBeCloseTo(4 * eta.pictureMs!);
});

test('where work has no parts whole pictures are what counts', () => {
  const eta = new Eta();
  eta.begin(0);
  expect(eta.etaMs(3)).toBeNull();
  eta.finish(1, 700);
  expect(eta.etaMs(2)).toBe(1400);
});
