import { expect, test } from 'vitest';
import { likeness } from '../../../native-models/extractors/familiarity.ts';
import { renderFrame } from '../../../native-models/scenes/frame.ts';
import { ALL_STYLES, BACKGROUNDS, SHIFTS } from '../../../native-models/scenes/scene.ts';
import { smallWorlds } from '../../../native-models/scenes/small-worlds.ts';

test('every empty scene is wholly like one of the small worlds, whatever its shift', () => {
  const worlds = { ...smallWorlds(), share: 1 };
  for (const background of BACKGROUNDS)
    for (const style of ALL_STYLES) {
      const shift = SHIFTS[BACKGROUNDS.indexOf(background)];
      const data = renderFrame({ background, style, shift, objects: [null, null, null] });
      expect(likeness({ width: 128, height: 128, data }, worlds)).toBe(1);
    }
});
