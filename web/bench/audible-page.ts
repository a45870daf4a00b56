import { openFirefox } from '../e2e/lab/firefox.ts';
import { launchAudibleChromium } from '../e2e/lab/rig-chromium.ts';
import type { EchoBrowser } from '@parley/relay/testing';

/** A page of a browser that plays and listens on the rig's devices. */
export interface AudiblePage extends AsyncDisposable {
  goto(url: string): Promise<unknown>;
  /** @param run - knows nothing but its argument */
  evaluate<R>(run: () => R | Promise<R>): Promise<R>;
}

/** @param environment - the rig's */
export async function openAudiblePage(
  browser: EchoBrowser,
  environment: Readonly<Record<string, string>>,
): Promise<AudiblePage> {
  if (browser === 'firefox') {
    const firefox = await openFirefox(environment);
    return {
      goto: (url) => firefox.goto(url),
      evaluate: (run) => firefox.evaluate(run),
      [Symbol.asyncDispose]: () => firefox[Symbol.asyncDispose](),
    };
  }
  const chromium = await launchAudibleChromium(environment);
  const context = await chromium.newContext({ permissions: ['microphone'] });
  const page = await context.newPage();
  return {
    goto: (url) => page.goto(url),
    async evaluate(run) {
      return (await page.evaluate(run)) as Awaited<ReturnType<typeof run>>;
    },
    [Symbol.asyncDispose]: () => chromium.close(),
  };
}
