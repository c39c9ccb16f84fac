import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openBatch, row, rows, startWithPhotos } from '../helpers/batch-page.ts';
import { expectAccessible, inBrowser, screenshot } from '../helpers/browser.ts';
import type { Theme } from '../helpers/browser.ts';
import { button } from '../helpers/page.ts';

inBrowser('pictures of a batch', () => {
  test.each<Theme>(['dark', 'light'])(
    'several are chosen and moved, left out, accepted, made anew and tried again together: %s',
    async (theme) => {
      const { page, photos, results } = await startWithPhotos(8, { stepMs: 20 }, theme);
      for (const name of ['DSC_0002.jpg', 'DSC_0003.jpg']) await writeFile(join(photos, name), 'this is no picture');
      await openBatch(page, 'swap');
      await page.getByText('8 pictures to make').waitFor();
      await button(page, 'Start batch').click();
      await button(page, 'Pause').click();
      await page.getByText(/^Paused · /).waitFor();
      await row(page, 'DSC_0006').click();
      await row(page, 'DSC_0007').click({ modifiers: ['Shift'] });
      await page.getByText('2 pictures chosen').waitFor();
      await expectAccessible(page);
      await screenshot(page, `batch-several-${theme}`);
      await button(page, 'Make next (2)').click();
      await row(page, 'DSC_0007').getByText('Waiting, number 2').waitFor();
      await row(page, 'DSC_0008').dragTo(row(page, 'DSC_0006'), { targetPosition: { x: 300, y: 4 } });
      await row(page, 'DSC_0008').getByText('Waiting, number 1').waitFor();
      await page.getByRole('grid').focus();
      await page.keyboard.press('Alt+ArrowDown');
      await row(page, 'DSC_0008').getByText('Waiting, number 2').waitFor();
      await page.keyboard.press('Delete');
      await row(page, 'DSC_0008').getByText('Left out by you').waitFor();
      await button(page, 'Go on').click();
      await page.getByText(/^8 pictures: 5 done, 1 skipped, 2 failed · in /).waitFor({ timeout: 60_000 });

      await button(page, /^Done/).click();
      await page.getByRole('grid').focus();
      await page.keyboard.press('Control+a');
      await page.getByText('5 pictures chosen').waitFor();
      await page.keyboard.press('a');
      await expect.poll(() => rows(page).getByText('Accepted').count()).toBe(5);
      await row(page, 'DSC_0001').click();
      await row(page, 'DSC_0005').click({ modifiers: ['Control'] });
      const before = await readFile(join(results, 'DSC_0001.jpg'));
      await button(page, 'Another one (2)').click();
      await page.getByText(/^8 pictures: 5 done/).waitFor({ timeout: 60_000 });
      await expect.poll(async () => (await readFile(join(results, 'DSC_0001.jpg'))).equals(before)).toBe(false);
      await button(page, /^All/).click();
      await row(page, 'DSC_0002').click();
      await row(page, 'DSC_0003').click({ modifiers: ['Control'] });
      await row(page, 'DSC_0008').click({ modifiers: ['Control'] });
      for (const name of ['DSC_0002.jpg', 'DSC_0003.jpg'])
        await writeFile(join(photos, name), await readFile(join(photos, 'DSC_0001.jpg')));
      await button(page, 'Try again (3)').click();
      await page.getByText(/^8 pictures: 8 done/).waitFor({ timeout: 60_000 });
      await row(page, 'DSC_0008').click();
      await button(page, 'Show in folder').click();
      await page.getByText(join(results, 'DSC_0008.jpg')).waitFor(); // a browser has no file manager
      await expectAccessible(page);
      await screenshot(page, `batch-place-${theme}`);
    },
    120_000,
  );

  test.each<Theme>(['dark', 'light'])(
    'every variant is on the contact sheet, and one is picked: %s',
    async (theme) => {
      const { page, results } = await startWithPhotos(3, { stepMs: 2 }, theme);
      await openBatch(page, 'swap');
      await page.getByLabel('Variants of each picture').fill('4');
      await page.keyboard.press('Enter');
      await page.locator('summary', { hasText: 'Options' }).click();
      await button(page, 'Add a rule').click();
      await page.getByLabel('Files of rule 1').fill('DSC_0002*');
      await page.keyboard.press('Enter');
      await page.getByLabel('What the model sees of DSC_0002*').waitFor();
      await expectAccessible(page);
      await screenshot(page, `batch-options-${theme}`);
      await page.getByText('3 pictures to make').waitFor();
      await button(page, 'Start batch').click();
      await page.getByText(/^3 pictures: 3 done/).waitFor({ timeout: 60_000 });
      expect(readdirSync(results).filter((name) => name.endsWith('.jpg'))).toHaveLength(12);
      await button(page, 'Contact sheet').click();
      expect(await page.getByRole('listbox').getByRole('option').count()).toBe(12);
      await page.getByRole('option', { name: /DSC_0002\.jpg 3 of 4/ }).click();
      await button(page, 'Accept').click();
      await page.getByRole('option', { name: /DSC_0002\.jpg 3 of 4 Accepted/ }).waitFor();
      await button(page, 'Variant 2').click();
      await page.getByRole('listbox').focus();
      await page.keyboard.press('a'); // that one instead
      await page.getByRole('option', { name: /DSC_0002\.jpg 2 of 4 Accepted/ }).waitFor();
      expect(await page.getByRole('option', { name: /Accepted/ }).count()).toBe(1);
      await expect.poll(() => readFile(join(results, 'report.csv'), 'utf8')).toMatch(/,DSC_0002-2\.jpg\r/);
      await expectAccessible(page);
      await screenshot(page, `batch-variants-${theme}`);
      await page.setViewportSize({ width: 1920, height: 1080 });
      await screenshot(page, `batch-variants-large-${theme}`);
      const report = JSON.parse(await readFile(join(results, 'report.json'), 'utf8')) as { items: { fit?: string }[] };
      expect(report.items.map(({ fit }) => fit)).toEqual([undefined, 'square', undefined]);
    },
    120_000,
  );

  test('devices of a machine with several are chosen, and remembered', async () => {
    const { page } = await startWithPhotos(3, { stepMs: 2, devices: ['cuda', 'cuda:1'] });
    await openBatch(page, 'swap');
    await page.locator('summary', { hasText: 'Options' }).click();
    for (const name of ['NVIDIA (CUDA)', 'NVIDIA (CUDA), number 2'])
      await page.getByRole('switch', { name, exact: true }).click();
    await page.getByRole('switch', { name: 'Processor' }).scrollIntoViewIfNeeded();
    await expectAccessible(page);
    await screenshot(page, 'batch-devices-dark');
    await page.getByText('3 pictures to make').waitFor();
    await button(page, 'Start batch').click();
    await page.getByText(/^3 pictures: 3 done/).waitFor({ timeout: 60_000 });
    await page.reload();
    await button(page, 'Batch').click();
    await page.locator('summary', { hasText: 'Options' }).click();
    await expect
      .poll(() =>
        page.getByRole('switch', { name: 'NVIDIA (CUDA), number 2', exact: true }).getAttribute('aria-checked'),
      )
      .toBe('true');
  }, 120_000);
});
