import { buildEnginePage } from '../media/engine-page.ts';
import { buildHarness } from '../ui/support/harness-server.ts';

/** Before any worker starts: builds what several of them serve. */
// oxlint-disable-next-line import/no-default-export -- Playwright's `globalSetup` takes one
export default async function buildPages(): Promise<void> {
  await Promise.all([buildHarness(), buildEnginePage()]);
}
