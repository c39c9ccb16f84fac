import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, test } from 'vitest';
import { expectAccessible, inBrowser, restingPicture, shots } from '../helpers/browser.ts';
import type { Hold } from '../helpers/held-model.ts';
import { createPaintingEngine } from '../helpers/painting-engine.ts';
import type { PaintingSettings } from '../helpers/painting-engine.ts';
import { realEngine } from '../helpers/real-engine.ts';
import { studioOn } from '../helpers/studio.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** How a screen is looked at. */
const looks = {
  dark: { theme: 'dark', width: 1280, height: 800, contrast: 'no-preference', language: 'en' },
  light: { theme: 'light', width: 1280, height: 800, contrast: 'no-preference', language: 'en' },
  large: { theme: 'dark', width: 1920, height: 1080, contrast: 'no-preference', language: 'en' },
  /** The smallest window of the desktop program. */
  small: { theme: 'light', width: 800, height: 600, contrast: 'no-preference', language: 'en' },
  contrast: { theme: 'light', width: 1280, height: 800, contrast: 'more', language: 'en' },
  pseudo: { theme: 'light', width: 1280, height: 800, contrast: 'no-preference', language: 'pseudo' },
  /** 1280 × 800 magnified twice, as the browser does it for people who see little. */
  zoomed: { theme: 'dark', width: 640, height: 400, contrast: 'more', language: 'en' },
} as const;
export type Look = keyof typeof looks;

const always: readonly Look[] = ['dark', 'light'];
const looksOfFew: readonly Look[] = ['contrast', 'zoomed', 'small'];

export interface Stage {
  readonly page: Page;
  readonly picture: string; // a photo's file
  readonly longNamed: string; // the same under a name that is too long for most places
  readonly unreadable: string; // a file that only says it is a picture
  readonly folder: string; // that a batch may use
  readonly held: Promise<void>; // once an edit is held
  /** Lets a held edit go on. */
  release(): void;
  /** Ends the engine, as a crash does. */
  stop(): Promise<void>;
}

/** Something of a screen that can be seen, and how it comes about from the one before. */
export interface State {
  readonly name: string; // of its pictures
  readonly shows: string; // what, for whoever looks for it
  readonly reach: (stage: Stage) => Promise<unknown>;
  readonly pointerOn?: (page: Page) => Locator; // left out: it rests where nothing lies under it
  readonly also?: readonly Look[]; // besides both themes
}

export interface Screen {
  readonly name: string;
  readonly engine?: 'real' | Omit<PaintingSettings, 'folder' | 'hold'>; // left out: a stand-in that swaps colours
  readonly holdAtRow?: number; // of every edit
  readonly states: readonly State[];
}

/** Shows every screen in every state, and lists them beside the pictures. @param area names the list's file, `title` is for people */
export function showScreens(area: string, title: string, screens: readonly Screen[]): void {
  inBrowser(`${title}: every screen in every state, as it looks`, () => {
    beforeAll(() => writeList(area, title, screens));
    test.for(screens)('$name', { timeout: 600_000 }, async (screen) => {
      const stage = await openStage(screen);
      for (const state of screen.states) {
        await state.reach(stage);
        await shoot(stage, state);
      }
      stage.release();
    });
  });
}

async function writeList(area: string, title: string, screens: readonly Screen[]): Promise<void> {
  const states = screens.flatMap((screen) =>
    screen.states.map(({ name, shows, also = [] }) => ({ name, shows, looks: [...always, ...also] })),
  );
  await mkdir(shots, { recursive: true });
  await writeFile(join(shots, `${area}.json`), JSON.stringify({ title, states }));
}

const longName = 'IMG_20240817 Sunset over the lake, seen from the old pier (edited).png';

type SetLanguage = (language: 'en' | 'pseudo') => Promise<void>;
type OpenStage = Stage & { readonly setLanguage: SetLanguage };

/** A page for a screen, with an engine of its own. */
async function openStage({ engine = {}, holdAtRow }: Screen): Promise<OpenStage> {
  const folder = temporaryFolder();
  let [release, onHeld] = [(): void => undefined, (): void => undefined];
  const until = new Promise<void>((resolve) => (release = resolve));
  const held = new Promise<void>((resolve) => (onHeld = resolve));
  const hold: Hold | undefined = holdAtRow === undefined ? undefined : { row: holdAtRow, until, onHeld };
  const hosted =
    engine === 'real' ? await realEngine(folder, hold) : await createPaintingEngine({ folder, ...engine, hold });
  const started = await studioOn(hosted, folder);
  const [longNamed, unreadable] = [join(folder, longName), join(folder, 'notes.png')];
  await Promise.all([copyFile(started.picture, longNamed), writeFile(unreadable, 'text')]);
  const setLanguage: SetLanguage = async (language) => void (await hosted.services.settings.change({ language }));
  return { ...started, folder, longNamed, unreadable, held, release, setLanguage };
}

/** Takes the pictures of a state. What keeps people from using it fails the test. */
async function shoot({ page, setLanguage }: OpenStage, { name, pointerOn, also = [] }: State): Promise<void> {
  for (const look of [...always, ...also]) {
    const { language } = looks[look];
    await lookAt(page, look);
    if (language !== 'en') await setLanguage(language);
    if (pointerOn) await pointerOn(page).hover();
    else await page.mouse.move(0, looks[look].height - 1); // on the status line
    if (looksOfFew.includes(look)) await expectAccessible(page); // the others are seen by test/e2e
    await writeFile(join(shots, `${name}-${look}.png`), await restingPicture(page));
    if (language !== 'en') await setLanguage('en');
  }
  await lookAt(page, 'dark');
}

async function lookAt(page: Page, look: Look): Promise<void> {
  const { theme, width, height, contrast } = looks[look];
  await page.emulateMedia({ colorScheme: theme, contrast });
  await page.setViewportSize({ width, height });
}
