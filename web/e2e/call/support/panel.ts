import type { Page } from '@playwright/test';
import type { MeasuredTurn, MediaStats } from '../../../src/media/messages.ts';

/** What of the panel's export these tests look at. */
export interface PanelExport {
  readonly turns: readonly MeasuredTurn[];
  readonly stats: readonly MediaStats[];
}

/** Presses “Copy JSON” and reads the clipboard. */
export async function copyPanel(page: Page): Promise<PanelExport> {
  await page.getByRole('button', { name: 'Copy JSON' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  return JSON.parse(await page.evaluate(() => navigator.clipboard.readText())) as PanelExport;
}

/** The figures of the panel's table, newest turn first: eight segments and the total, ms. */
export async function turnTable(page: Page): Promise<readonly (readonly number[])[]> {
  await page.getByText('All turns as a table').click();
  const rows = await page
    .getByRole('table', { name: /every turn/i })
    .getByRole('row')
    .all();
  const cells = await Promise.all(rows.map((row) => row.getByRole('cell').allInnerTexts()));
  return cells
    .filter((figures) => figures.length > 0)
    .map((figures) => figures.map((figure) => Number(figure.replaceAll(',', ''))));
}
