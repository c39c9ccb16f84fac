import { test } from 'vitest';
import { inBrowser } from '../helpers/browser.ts';
import { batchScreens } from './batch.ts';
import { dialogScreens } from './dialogs.ts';
import { editorScreens } from './editor.ts';
import { mapScreens } from './maps.ts';
import { openStage, shoot } from './stage.ts';
import { welcomeScreens } from './welcome.ts';

const screens = [...welcomeScreens, ...editorScreens, ...mapScreens, ...batchScreens, ...dialogScreens];

inBrowser('every screen in every state, as it looks', () => {
  test.for(screens)('$name', { timeout: 600_000 }, async (screen) => {
    const stage = await openStage(screen);
    for (const state of screen.states) {
      await state.reach(stage);
      await shoot(stage, state);
    }
    stage.release();
  });
});
