import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { expectAccessible, inBrowser } from '../helpers/browser.ts';
import type { Theme } from '../helpers/browser.ts';
import { colourAt, isBlue, openPicture, startStudio } from '../helpers/studio.ts';

const themes: readonly Theme[] = ['dark', 'light'];
const large = { width: 1920, height: 1080 };
const dialog = (page: Page, name: string) => page.getByRole('dialog', { name });

/** Opens a dialog by its keys, looks at it, and closes it by Escape. */
async function lookAt(page: Page, keys: string, name: string): Promise<void> {
  await page.keyboard.press(keys);
  await dialog(page, name).waitFor();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await dialog(page, name).waitFor({ state: 'detached' });
}

inBrowser('the shell of the page', () => {
  test.each(themes)('every dialog is accessible and closes by Escape: %s', async (theme) => {
    const { page } = await startStudio({ hasSamples: true }, theme);
    await page.getByText('Try it on a sample').waitFor();
    await expectAccessible(page);
    await lookAt(page, 'F1', 'Keyboard shortcuts');
    await lookAt(page, 'Control+k', 'Commands');
    await lookAt(page, 'Control+,', 'Settings');
    await page.getByRole('button', { name: /^Models: / }).click();
    await dialog(page, 'Models').getByText('Processor').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.getByRole('menuitem', { name: 'Help' }).click();
    await page.getByRole('menuitem', { name: 'About EditAR Studio' }).click();
    await page.getByText('onnxruntime-node').waitFor();
    await expectAccessible(page);
  });

  test('a sample is edited with one click', async () => {
    const { page } = await startStudio({ hasSamples: true });
    await page.getByRole('button', { name: 'make the red ball blue (Meadow)' }).click();
    await page.getByRole('button', { name: 'Keep as layer' }).waitFor();
    expect(await page.getByLabel('What to change').inputValue()).toBe('make the red ball blue');
  });

  test('a command is found by some of its letters and run', async () => {
    const { page, picture } = await startStudio();
    await openPicture(page, picture);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('side');
    await expect
      .poll(() => page.getByRole('dialog').getByRole('option', { selected: true }).innerText())
      .toContain('Show side panel');
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: 'Side panel' }).waitFor({ state: 'detached' });
  });

  test('the theme, the contrast and the language change at once and stay', async () => {
    const { page } = await startStudio();
    await page.keyboard.press('Control+,');
    await page.getByLabel('Theme', { exact: true }).selectOption('light');
    await page.getByRole('switch', { name: 'High contrast' }).click();
    await expectAccessible(page);
    await page.getByLabel('Theme', { exact: true }).selectOption('dark');
    await expectAccessible(page);
    await page.getByLabel('Language').selectOption('pseudo');
    await page.getByRole('dialog', { name: '[Šéţţîñĝš···]' }).waitFor();
    await expectAccessible(page);
    await page.reload();
    await page.getByRole('button', { name: /^\[Öþéñ å þîçţûŕé…/ }).waitFor();
    const root = page.locator('html');
    expect(await root.getAttribute('data-theme')).toBe('dark');
    expect(await root.getAttribute('data-contrast')).toBe('more');
  });

  test('what was unfolded stays so when the language changes', async () => {
    const { page, picture } = await startStudio();
    await openPicture(page, picture);
    await page.getByText('Advanced', { exact: true }).click();
    await page.getByRole('slider', { name: 'Temperature' }).waitFor();
    await page.keyboard.press('Control+,');
    await page.getByRole('tab', { name: 'Appearance' }).click();
    await page.getByLabel('Language').selectOption('pseudo');
    await page.keyboard.press('Escape');
    await page.getByRole('slider', { name: /^\[Ţéɱþéŕåţûŕé/ }).waitFor();
    await page
      .getByRole('combobox', { name: /^\[Ŕéšûļţš/ })
      .getByText('[1 ŕéšûļţ')
      .first()
      .waitFor({ state: 'attached' });
  });

  test('a small window has one bar above the picture, and shows the recipe of a batch or its pictures', async () => {
    const { page, picture } = await startStudio();
    await page.setViewportSize({ width: 800, height: 600 });
    await openPicture(page, picture);
    const bar = await page.getByRole('banner').boundingBox();
    expect(bar!.height).toBeLessThan(50);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Batch', exact: true }).click();
    await page.getByRole('form', { name: 'Batch settings' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('group', { name: 'What is shown' }).getByText('Pictures').click();
    await page.getByText('One recipe for a whole folder').waitFor();
    await page.getByRole('form', { name: 'Batch settings' }).waitFor({ state: 'hidden' });
    await expectAccessible(page);
  });

  test('a command gets another key, from a command that had it if need be', async () => {
    const { page, picture } = await startStudio();
    await openPicture(page, picture);
    await page.keyboard.press('Control+,');
    await page.getByRole('tab', { name: 'Keys' }).click();
    await page.getByRole('button', { name: 'Change the keys of Show side panel' }).click();
    await page.keyboard.press('Control+o');
    await page.getByText('Ctrl+O belongs to “Open…”.').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Use it here instead' }).click();
    await page.keyboard.press('Escape');
    await dialog(page, 'Settings').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+o');
    await page.getByRole('complementary', { name: 'Side panel' }).waitFor({ state: 'detached' });
  });

  test('the side panel is as wide as it was left', async () => {
    const { page, picture } = await startStudio();
    await page.setViewportSize(large);
    await openPicture(page, picture);
    const edge = page.getByRole('separator', { name: 'Width of the side panel' });
    await edge.focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    expect(await edge.getAttribute('aria-valuenow')).toBe('332');
    await expect.poll(() => colourAt(page, 0.5, 0.9).then(isBlue)).toBe(true);
    await expect.poll(() => page.evaluate('localStorage.getItem("settings")')).toContain('"panelWidth":332');
    await page.reload();
    await openPicture(page, picture);
    expect(await edge.getAttribute('aria-valuenow')).toBe('332');
  });

  test('an engine that is gone is said calmly, and comes back by itself', async () => {
    const { page, stop } = await startStudio();
    await page.getByRole('button', { name: 'Models: Mini (256 pixels)' }).waitFor();
    await page.waitForLoadState('networkidle'); // what is loaded ahead is there
    await stop();
    await page.getByText('The engine stopped and is being started again.').waitFor();
    await expectAccessible(page);
  });
});
