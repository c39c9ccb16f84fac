import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { basename, join } from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { expectAccessible, inBrowser, openPage } from '../helpers/browser.ts';
import {
  button,
  chooseFile,
  downloaded,
  drag,
  inDialog,
  instruction,
  layers,
  results,
  showPanel,
} from '../helpers/page.ts';
import { samples } from '../helpers/real-engine.ts';
import { startServerProcess } from '../helpers/server-process.ts';
import type { ServerProcess } from '../helpers/server-process.ts';
import { smallDisk } from '../helpers/small-disk.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

// The built program as a person runs it, while the machine around it fails.
const longMs = 240_000; // on a machine that does much else
const opacity = (page: Page) => page.getByRole('slider', { name: 'Opacity' });
const alerts = (page: Page) => page.getByRole('alert').locator('.title');

/** A page with a sample open, and its layers. */
async function startWithSample(dataFolder = temporaryFolder()): Promise<{ server: ServerProcess; page: Page }> {
  const server = await startServerProcess(dataFolder);
  const page = await openPage(server.address);
  await button(page, 'Open Winter').click();
  await showPanel(page, 'Layers');
  await page.waitForLoadState('networkidle'); // what is loaded ahead is there
  return { server, page };
}

/** A file of the machine is opened where it lies: from the list of recent files. In a browser a dialog would hand over its bytes only. */
async function openRecent(page: Page, dataFolder: string, file: string): Promise<void> {
  const entry = {
    id: randomUUID(),
    name: basename(file),
    isProject: file.endsWith('.ora'),
    usedAt: 1,
    file: { path: file },
  };
  const listed = page.getByRole('list', { name: 'Recent files' }).getByText(basename(file), { exact: true });
  const list = async (): Promise<number> => {
    writeFileSync(join(dataFolder, 'recent.json'), JSON.stringify([entry])); // again if the program wrote its own meanwhile
    await page.reload();
    await page.getByRole('list', { name: 'Recent files' }).waitFor();
    return await listed.count();
  };
  await expect.poll(list).toBe(1);
  await listed.click();
}

/** A project with one layer, 40 % opaque. */
async function makeProject(page: Page): Promise<Buffer> {
  await opacity(page).fill('40');
  return readFileSync(await downloaded(page, () => page.keyboard.press('Control+s')));
}

function ofNewerVersion(project: Buffer): Uint8Array {
  const { mimetype, ...files } = unzipSync(project);
  const name = 'editar/document.json';
  const saved = JSON.parse(new TextDecoder().decode(files[name])) as object;
  files[name] = new TextEncoder().encode(JSON.stringify({ ...saved, version: 99 }));
  return zipSync({ mimetype: [mimetype!, { level: 0 }], ...files });
}

inBrowser('when the engine stops', () => {
  test('while nothing is done, work goes on and is written down when it is back', async () => {
    const dataFolder = temporaryFolder();
    const { server, page } = await startWithSample(dataFolder);
    await server.kill();
    await page.getByText('The engine is gone for a moment. Reconnecting…').waitFor();
    await opacity(page).fill('40');
    await page.keyboard.press('Control+s');
    await page.getByText('The engine, which reads and writes files, is gone for a moment.').waitFor();
    expect(await button(page, 'Save').getAttribute('aria-disabled')).toBe('true');
    await page.keyboard.press('p');
    await drag(page, [0.4, 0.5], [0.6, 0.5]);
    await page.getByText('Painting waits for the engine').waitFor();
    await expectAccessible(page);
    const second = await startServerProcess(dataFolder, server.address);
    await page.getByText('Engine ready').waitFor();
    expect(await alerts(page).allInnerTexts()).toEqual([]);
    await second.kill(); // what was done meanwhile is written down by now
    await page.close();

    const third = await startServerProcess(dataFolder);
    const again = await openPage(third.address);
    await button(again, 'Restore').click();
    await showPanel(again, 'Layers');
    await expect.poll(() => opacity(again).inputValue()).toBe('40');
  }, 120_000);

  test(
    'in the middle of an edit, that one has failed, and those that wait are made when it is back',
    async () => {
      const dataFolder = temporaryFolder();
      const { server, page } = await startWithSample(dataFolder);
      for (const words of ['make the house blue', 'make the house red']) {
        await instruction(page).fill(words);
        await page.keyboard.press('Enter');
      }
      await page.getByText(/^Row \d+ of \d+/).waitFor({ timeout: longMs });
      await server.kill();
      await page.getByText('The engine stopped unexpectedly in the middle of an edit.').waitFor();
      await startServerProcess(dataFolder, server.address);
      await expect.poll(() => results(page).count(), { timeout: longMs }).toBe(1);
      await button(page, 'Keep as layer').click();
      await expect.poll(() => layers(page).first().innerText()).toContain('make the house red');
    },
    longMs * 2,
  );

  test('while a file is opened, what was open is still there', async () => {
    const { server, page } = await startWithSample();
    await opacity(page).fill('40');
    await chooseFile(page, () => page.keyboard.press('Control+o'), join(samples, 'meadow.png'));
    await page.getByRole('dialog', { name: 'Save winter.png first?' }).waitFor();
    await server.kill();
    await inDialog(page, 'Do not save').click();
    await page.getByText('The connection to the engine was lost.').waitFor();
    await page.getByText('What is open is still here.').waitFor();
    expect(await page.title()).toContain('• winter.png');
    expect(await opacity(page).inputValue()).toBe('40');
  }, 120_000);
});

inBrowser('when a disk is full', () => {
  test('the person hears that changes are not written down, and they are as soon as there is room', async (context) => {
    const disk = smallDisk(24);
    if (!disk) return context.skip('only root on Linux can make a small disk');
    const { server, page } = await startWithSample(disk.folder);
    disk.fill();
    await instruction(page).fill('make the house blue');
    await button(page, 'Run').click(); // refused at once, rather than after the work
    await page.getByText('The disk with the program’s own data is full').waitFor();
    await button(page, 'Dismiss').click();
    await page.getByRole('application').focus();
    for (let times = 0; times < 40; times++) await page.keyboard.press('Control+j'); // more than the last page of a file holds
    await page.getByText('Your latest changes are not written down').first().waitFor();
    await expectAccessible(page);
    const shown = await layers(page).count();
    expect(shown).toBe(41); // everything is still there
    disk.empty();
    await page.getByText('Engine ready').waitFor({ timeout: 30_000 });
    expect(await alerts(page).allInnerTexts()).toEqual([]);
    await server.kill();
    await page.close();

    const second = await startServerProcess(disk.folder);
    const again = await openPage(second.address);
    await button(again, 'Restore').click();
    await showPanel(again, 'Layers');
    await expect.poll(() => layers(again).count()).toBe(shown);
  }, 120_000);

  test('a project is as it was, and saved as soon as there is room', async (context) => {
    const disk = smallDisk(8);
    if (!disk) return context.skip('only root on Linux can make a small disk');
    const dataFolder = temporaryFolder();
    const { page } = await startWithSample(dataFolder);
    const project = await makeProject(page);
    const file = join(disk.folder, 'work.ora');
    writeFileSync(file, project);
    await openRecent(page, dataFolder, file);
    await showPanel(page, 'Layers');
    await opacity(page).fill('70');
    disk.fill();
    await page.keyboard.press('Control+s');
    await page.getByText(/^There is not enough free space to write .*work\.ora\.$/).waitFor();
    expect(await page.title()).toContain('• work.ora');
    expect(readFileSync(file).equals(project)).toBe(true);
    disk.empty();
    await page.keyboard.press('Control+s');
    await page.getByText('Saved as work.ora.').waitFor();
    expect(await alerts(page).allInnerTexts()).toEqual([]);
    expect(readFileSync(file).equals(project)).toBe(false);
  }, 120_000);
});

inBrowser('when a file is not what it was', () => {
  test('the drive is gone, the file removed, or changed elsewhere: nothing is lost and each can be saved', async () => {
    const [dataFolder, drive] = [temporaryFolder(), join(temporaryFolder(), 'drive')];
    const { page } = await startWithSample(dataFolder);
    mkdirSync(drive);
    const file = join(drive, 'work.ora');
    writeFileSync(file, await makeProject(page));
    await openRecent(page, dataFolder, file);
    await showPanel(page, 'Layers');
    await opacity(page).fill('70');
    renameSync(drive, `${drive}.gone`);
    await page.keyboard.press('Control+s');
    await page.getByText(/^The folder .*drive does not exist\.$/).waitFor();
    expect(await page.title()).toContain('• work.ora');
    renameSync(`${drive}.gone`, drive);
    rmSync(file);
    await page.keyboard.press('Control+s'); // a file that is gone is written again
    await page.getByText('Saved as work.ora.').waitFor();
    expect(await alerts(page).allInnerTexts()).toEqual([]);

    writeFileSync(file, 'of somebody else');
    await opacity(page).fill('80');
    await page.keyboard.press('Control+s');
    const question = page.getByRole('dialog', { name: 'Replace work.ora?' });
    await question.waitFor();
    await expectAccessible(page);
    await downloaded(page, () => inDialog(page, 'Save elsewhere…').click());
    expect(readFileSync(file, 'utf8')).toBe('of somebody else');
    await opacity(page).fill('90');
    await page.keyboard.press('Control+s');
    await inDialog(page, 'Replace').click();
    await expect.poll(() => page.title()).not.toContain('•');
    expect(readFileSync(file).subarray(0, 2).toString()).toBe('PK');
  }, 120_000);

  test('a project in two windows: the second to save is asked', async () => {
    const dataFolder = temporaryFolder();
    const { server, page } = await startWithSample(dataFolder);
    const file = join(temporaryFolder(), 'work.ora');
    writeFileSync(file, await makeProject(page));
    await openRecent(page, dataFolder, file);
    const other = await openPage(server.address);
    await openRecent(other, dataFolder, file);
    for (const [window, value] of [
      [page, '50'],
      [other, '60'],
    ] as const) {
      await showPanel(window, 'Layers');
      await opacity(window).fill(value);
    }
    await page.keyboard.press('Control+s');
    await page.getByText('Saved as work.ora.').waitFor();
    await other.keyboard.press('Control+s');
    await other.getByText(/in another program or window\. That change would be gone\./).waitFor();
    await inDialog(other, 'Cancel').click();
    expect(await opacity(other).inputValue()).toBe('60');
    expect(await other.title()).toContain('• work.ora');
  }, 120_000);

  test('a project that is garbage, cut off, empty or from a newer version says so, and what is open stays', async () => {
    const { page } = await startWithSample();
    const project = await makeProject(page);
    const folder = temporaryFolder();
    const broken = {
      'garbage.ora': ['hello '.repeat(500), /The project garbage\.ora cannot be opened: it is no OpenRaster file\./],
      'cut.ora': [
        project.subarray(0, project.length / 2),
        /cut\.ora cannot be opened: it is no zip archive, or cut off\./,
      ],
      'empty.ora': ['', /The project empty\.ora cannot be opened: it is no OpenRaster file\./],
      'newer.ora': [ofNewerVersion(project), /newer\.ora was saved by a newer version/],
    } as const;
    for (const [name, [bytes, sentence]] of Object.entries(broken)) {
      writeFileSync(join(folder, name), bytes);
      await chooseFile(page, () => page.keyboard.press('Control+o'), join(folder, name));
      await page.getByText(sentence).waitFor();
      expect(await page.title()).toBe('winter.ora – EditAR Studio');
    }
    await page.getByText('Update the program, then open it again.').waitFor();
    copyFileSync(join(samples, 'meadow.png'), join(folder, 'really a picture.png'));
    await chooseFile(page, () => page.keyboard.press('Control+o'), join(folder, 'really a picture.png'));
    await expect.poll(() => page.title()).toBe('really a picture.png – EditAR Studio');
  }, 120_000);
});
