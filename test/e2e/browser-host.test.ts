import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { expectAccessible, inBrowser, theBrowser } from '../helpers/browser.ts';
import type { Theme } from '../helpers/browser.ts';
import { button, chooseFile, instruction } from '../helpers/page.ts';
import { colourAt, isBlue, isOrange, openPicture, startStudio } from '../helpers/studio.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

inBrowser('in a browser', () => {
  test.each<Theme>(['dark', 'light'])('the welcome screen is accessible and free of complaints: %s', async (theme) => {
    const { page } = await startStudio({}, theme);
    await page.getByRole('button', { name: 'Models: Mini (256 pixels)' }).waitFor();
    await expectAccessible(page);
  });

  test('without a model the page says so calmly and still opens pictures', async () => {
    const { page, picture } = await startStudio({ hasModel: false });
    await page.getByText('No model is installed yet.').waitFor();
    await expectAccessible(page);
    await openPicture(page, picture);
    await instruction(page).fill('make the sky orange');
    await page.getByText('No model is installed yet, so edits cannot run.').waitFor();
    expect(await button(page, 'Run').isDisabled()).toBe(true);
  });

  test.each<Theme>(['dark', 'light'])('rows arrive on the picture and the result stays: %s', async (theme) => {
    const { page, picture } = await startStudio({ stepMs: 400 }, theme);
    await openPicture(page, picture);
    await expect.poll(() => colourAt(page, 0.5, 0.1).then(isBlue)).toBe(true);
    await instruction(page).fill('swap the colours of day and dusk');
    await expectAccessible(page);
    await button(page, 'Run').click();
    await page.getByText(/^Row ([5-9]|10) of 16/).waitFor();
    expect(isOrange(await colourAt(page, 0.5, 0.1))).toBe(true);
    expect(isBlue(await colourAt(page, 0.5, 0.8))).toBe(true);
    await expectAccessible(page);

    await button(page, 'Keep as layer').waitFor();
    await expect.poll(() => colourAt(page, 0.5, 0.8).then(isOrange)).toBe(true);
    await expectAccessible(page);
    await button(page, 'Show before').click();
    await expect.poll(() => colourAt(page, 0.5, 0.1).then(isBlue)).toBe(true);
  });

  test('a failed edit says so and keeps the picture', async () => {
    const { page, picture } = await startStudio({ stepMs: 20, failAtRow: 5 });
    await openPicture(page, picture);
    await instruction(page).fill('swap');
    await button(page, 'Run').click();
    await page.getByRole('alert').getByText('the fake device gave up').waitFor();
    await expect.poll(() => colourAt(page, 0.5, 0.05).then(isBlue)).toBe(true);
    await expectAccessible(page);
    await button(page, 'Dismiss').click();
    expect(await button(page, 'Dismiss').count()).toBe(0);
  });

  test('a file that is no picture is refused with its name', async () => {
    const { page } = await startStudio();
    const file = join(temporaryFolder(), 'notes.png');
    await writeFile(file, 'text');
    await chooseFile(page, () => button(page, 'Open a picture…').click(), file);
    await page
      .getByRole('alert')
      .getByText(/notes\.png cannot be read/)
      .waitFor();
  });

  test('a page whose address lacks the token is turned away', async () => {
    const { page } = await startStudio();
    const context = await theBrowser().newContext();
    onTestFinished(() => context.close());
    const other = await context.newPage();
    const answer = await other.goto(new URL(page.url()).origin);
    expect(answer?.status()).toBe(403);
  });
});
