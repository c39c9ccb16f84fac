import { expect, test } from 'vitest';
import { expectAccessible, inBrowser, screenshot } from '../helpers/browser.ts';
import type { Theme } from '../helpers/browser.ts';
import { inDialog } from '../helpers/page.ts';
import { startStudio } from '../helpers/studio.ts';

const themes: readonly Theme[] = ['dark', 'light'];
const webgpu = { device: 'webgpu', use: 'self-test', times: 1, at: '2026-11-26T12:00:00.000Z' } as const;
const stopped = 'WebGPU stopped the program when it was last opened (Nov 26, 2026).';

inBrowser('a device that stopped the program', () => {
  test.each(themes)('is told of, and tried again from the settings by keys alone: %s', async (theme) => {
    const { page } = await startStudio({ leftOut: [webgpu] }, theme);
    await page.getByText(stopped).waitFor();
    await expectAccessible(page);
    await screenshot(page, `left-out-notice-${theme}`);

    await page.keyboard.press('Control+,');
    await page.getByRole('tab', { name: 'Editing' }).click();
    const row = page.getByRole('dialog').getByText(stopped);
    await row.waitFor();
    await expectAccessible(page);
    await screenshot(page, `left-out-settings-${theme}`);
    await inDialog(page, 'Try WebGPU again').focus();
    await page.keyboard.press('Enter');
    await row.waitFor({ state: 'detached' });
    await page.getByText('WebGPU is tried with the next edit.').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await page.reload();
    await page.getByText('Open a picture…').waitFor();
    expect(await page.getByText(stopped).count()).toBe(0);
  });
});
