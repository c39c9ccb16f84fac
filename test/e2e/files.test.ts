import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { encodeBytes } from '#node/images/encode.ts';
import { toSrgb8 } from '#node/images/to-srgb.ts';
import { expectAccessible, inBrowser, openPage } from '../helpers/browser.ts';
import type { Theme } from '../helpers/browser.ts';
import { colourAt, isBlue, isOrange, openPicture, startStudio } from '../helpers/studio.ts';
import type { Started } from '../helpers/studio.ts';
import { readPsd } from '../helpers/read-psd.ts';
import { startServerProcess } from '../helpers/server-process.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { tableProfile } from '../unit/images/table-profile.ts';
import { button, chooseFile, downloaded, drag, inDialog, instruction, layers, showPanel } from '../helpers/page.ts';

/** A picture with an edit as a second layer, saved nowhere. */
async function startEdited(theme?: Theme): Promise<Started> {
  const started = await startStudio({}, theme);
  const { page, picture } = started;
  await openPicture(page, picture);
  await instruction(page).fill('swap');
  await button(page, 'Run').click();
  await button(page, 'Keep as layer').click();
  await expect.poll(() => page.title()).toBe('• lake at dusk.png – EditAR Studio');
  return started;
}

/** Opens a file over what is open. */
const choose = (page: Page, path: string) => chooseFile(page, () => page.keyboard.press('Control+o'), path);

async function exportAs(page: Page, format: string, settle: () => Promise<unknown> = () => Promise.resolve()) {
  await page.keyboard.press('Control+e');
  await page.getByLabel('Format').selectOption(format);
  await settle();
  return await downloaded(page, () => inDialog(page, 'Export…').click());
}

inBrowser('files', () => {
  test('a project is saved, and opened again with its layers and history', async () => {
    const { page } = await startEdited();
    const path = await downloaded(page, () => page.keyboard.press('Control+s'));
    expect(path).toMatch(/lake at dusk\.ora$/);
    await page.getByText('Saved as lake at dusk.ora.').waitFor();
    await expect.poll(() => page.title()).toBe('lake at dusk.ora – EditAR Studio');

    await page.getByRole('menuitem', { name: 'File' }).click();
    await page.getByRole('menuitem', { name: 'Close picture' }).click();
    await page.getByRole('heading', { name: 'Open a picture to edit it' }).waitFor();
    await choose(page, path);
    await showPanel(page, 'Layers');
    await expect.poll(() => layers(page).count()).toBe(2);
    await showPanel(page, 'History');
    await page.getByText('Is a layer').waitFor();
    await expect.poll(() => colourAt(page, 0.5, 0.1).then(isOrange)).toBe(true);
    await page.getByRole('button', { name: 'Show before' }).click();
    await expect.poll(() => colourAt(page, 0.5, 0.1).then(isBlue)).toBe(true);
  });

  test('the first page opens the file that the program was started with, or says why not', async () => {
    const folder = temporaryFolder();
    const picture = join(folder, 'garden, früh.png');
    await sharp({ create: { width: 40, height: 30, channels: 3, background: 'green' } }).toFile(picture);
    const server = await startServerProcess(join(folder, 'data'), undefined, [picture]);
    const page = await openPage(server.address);
    await expect.poll(() => page.title()).toBe('garden, früh.png – EditAR Studio');
    const another = await openPage(server.address);
    await another.getByRole('heading', { name: 'Open a picture to edit it' }).waitFor();

    const missing = await startServerProcess(join(folder, 'other'), undefined, [join(folder, 'gone.png')]);
    await (
      await openPage(missing.address)
    )
      .getByText(/gone\.png/)
      .first()
      .waitFor();
  });

  test('a picture under a profile of tables, as scanners write them, is seen in its colours', async () => {
    const { page } = await startStudio();
    const data = Uint8Array.from({ length: 900 * 600 * 3 }, (_, i) => [200, 50, 20][i % 3]!);
    const scan = { width: 900, height: 600, channels: 3, depth: 8, data, profile: tableProfile() } as const;
    const path = join(temporaryFolder(), 'scan.png');
    await writeFile(path, await encodeBytes(scan, 'png'));
    const { data: seen } = await toSrgb8(scan);
    const apart = ([r, g, b]: readonly number[]) =>
      Math.max(Math.abs(r! - seen[0]!), Math.abs(g! - seen[1]!), Math.abs(b! - seen[2]!));
    await openPicture(page, path);
    await expect.poll(() => colourAt(page, 0.5, 0.5).then((rgb) => apart(rgb) <= 2)).toBe(true);
    expect(apart([200, 50, 20])).toBeGreaterThan(15); // its own numbers are another colour
  });

  test.each<Theme>(['dark', 'light'])('what is seen is exported as it was chosen: %s', async (theme) => {
    const { page } = await startEdited(theme);
    const jpeg = await exportAs(page, 'jpeg', async () => {
      await page.getByRole('slider', { name: 'Quality' }).fill('70');
      await page.getByRole('switch', { name: 'How it was made' }).click();
      await expectAccessible(page);
    });
    expect(jpeg).toMatch(/lake at dusk edited\.jpg$/);
    await page.getByText('Exported lake at dusk edited.jpg.').waitFor();
    const { data, info } = await sharp(await readFile(jpeg))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 1200, height: 800 });
    expect(isOrange([...data.subarray(0, 3)])).toBe(true);
    expect((await readFile(jpeg)).includes('swap')).toBe(false);

    const png = await exportAs(page, 'png', () => page.getByRole('switch', { name: 'How it was made' }).click());
    expect((await readFile(png)).includes('swap')).toBe(true);
    expect(await page.title()).toContain('• '); // an export is no project
  });

  test('the layers are exported for Photoshop, and what was lost on the way is said', async () => {
    const { page } = await startEdited();
    const psd = readPsd(await readFile(await exportAs(page, 'psd')));
    expect(psd.children?.map(({ name }) => name)).toEqual(['lake at dusk.png', 'swap']);
    expect([psd.width, psd.height]).toEqual([1200, 800]);
    expect(isOrange([...psd.imageData!.data.slice(0, 3)])).toBe(true);
  });

  test.each<Theme>(['dark', 'light'])(
    'what was used before is offered on the welcome screen and in the menu: %s',
    async (theme) => {
      const { page } = await startEdited(theme);
      await downloaded(page, () => page.keyboard.press('Control+s'));
      await page.keyboard.press('Control+Shift+o');
      const listed = page.getByRole('list', { name: 'Recent files' }).getByRole('listitem');
      await expect.poll(() => listed.count()).toBe(2);
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Take lake at dusk.png from the list' }).click();
      await expect.poll(() => listed.count()).toBe(1);
      await page.keyboard.press('Escape');
      await page.getByRole('menuitem', { name: 'File' }).click();
      await page.getByRole('menuitem', { name: 'Close picture' }).click();
      await page.getByRole('heading', { name: 'Recent files' }).waitFor();
      await expectAccessible(page);
      await button(page, /^lake at dusk\.ora/).click();
      await expect.poll(() => page.title()).toBe('lake at dusk.ora – EditAR Studio');
      await showPanel(page, 'Layers');
      await expect.poll(() => layers(page).count()).toBe(2);
    },
  );

  test.each<Theme>(['dark', 'light'])('what exports tell and what is kept is set once for all: %s', async (theme) => {
    const { page } = await startEdited(theme);
    await downloaded(page, () => page.keyboard.press('Control+s'));
    await page.keyboard.press('Control+,');
    await showPanel(page, 'Files');
    await page.getByText(/^Documents take [\d.]+ MB now/).waitFor();
    await page.getByRole('switch', { name: 'How it was made' }).click();
    await page.getByLabel('Packed layers').selectOption({ label: '1 GB' });
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    const png = await exportAs(page, 'png');
    expect((await readFile(png)).includes('swap')).toBe(false);
  });

  test('the theme is switched from the top bar', async () => {
    const { page } = await startStudio();
    await button(page, 'Use the light theme').click();
    await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('light');
    await button(page, 'Use the dark theme').click();
    await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('dark');
  });

  test('a command names the files it reads, and the mask of a selection is written for it', async () => {
    const { page, picture } = await startStudio();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await openPicture(page, picture);
    await page.getByRole('application').focus();
    await page.keyboard.press('m');
    await drag(page, [0.3, 0.4], [0.6, 0.7]);
    await instruction(page).fill('swap');
    await button(page, 'Run').click();
    await button(page, 'Keep as layer').click();
    await showPanel(page, 'History');
    await button(page, 'More for swap').click();
    const mask = await downloaded(page, () => page.getByRole('menuitem', { name: 'Copy as command' }).click());
    expect(mask).toMatch(/swap\.mask\.png$/);
    await page.getByText('Run it where lake at dusk.png lies, with swap.mask.png beside it.').waitFor();
    const command = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(command).toContain(`editar edit 'lake at dusk.png' -i swap`);
    expect(command).toContain('--mask swap.mask.png');
    const { data, info } = await sharp(mask).raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 1200, height: 800 });
    const at = (x: number, y: number) => data[(y * info.width + x) * info.channels];
    expect([at(2, 2), at(540, 440)]).toEqual([0, 255]);
  });

  test('before unsaved work would be gone the person is asked, and may save it', async () => {
    const { page, picture } = await startEdited();
    const question = page.getByRole('dialog', { name: 'Save lake at dusk.png first?' });
    await choose(page, picture);
    await question.waitFor();
    await expectAccessible(page);
    await button(page, 'Cancel').click();
    expect(await page.title()).toContain('• lake at dusk.png');
    await choose(page, picture);
    await downloaded(page, () => inDialog(page, 'Save').click());
    await expect.poll(() => page.title()).toBe('lake at dusk.png – EditAR Studio');

    await showPanel(page, 'Layers');
    await expect.poll(() => layers(page).count()).toBe(1);
    await page.getByRole('slider', { name: 'Opacity' }).fill('40');
    await choose(page, picture);
    await button(page, 'Do not save').click();
    await expect.poll(() => page.title()).toBe('lake at dusk.png – EditAR Studio');
  });

  test('a project that another program saved opens as layers, and says so', async () => {
    const { page } = await startEdited();
    const ora = await exportAs(page, 'ora');
    await choose(page, ora);
    await button(page, 'Do not save').click();
    await page.getByText('The file has no history: another program saved it, or removed it.').waitFor();
    await showPanel(page, 'Layers');
    await expect.poll(() => layers(page).count()).toBe(2);
  });
});
