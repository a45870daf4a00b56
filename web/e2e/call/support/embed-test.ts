import type { Browser, BrowserContextOptions, Frame, Page } from '@playwright/test';
import { installCommandedMicrophone } from '../../support/commanded-microphone.ts';
import { installTap } from '../../support/tap.ts';
import { test as base } from './call-test.ts';
import { serveHostPage, type HostPage } from './host-page.ts';
import { EMBEDDED_PROVIDERS, startRealRelay } from './real-relay.ts';

interface EmbedWorkerFixtures {
  /** A page of another site, which the relay lets frame the call. */
  readonly host: HostPage;
}

export const test = base.extend<object, EmbedWorkerFixtures>({
  host: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from it
    async ({}, use) => {
      await using host = await serveHostPage();
      await use(host);
    },
    { scope: 'worker' },
  ],
  relay: [
    async ({ dataDir, host, builtPage: _builtPage }, use) => {
      const settings = { ...EMBEDDED_PROVIDERS, EMBED_ORIGINS: host.origin };
      await using relay = await startRealRelay(dataDir, settings);
      await use(relay);
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

/** An event of the element. */
export interface Heard {
  readonly type: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface OpenedHost extends AsyncDisposable {
  readonly page: Page;
  /** Errors in the console, exceptions, and what a content security policy stopped. */
  readonly complaints: readonly string[];
}

interface HostOptions extends BrowserContextOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly stopsClock?: boolean;
}

/** Opens the page of `host`, which shows `body`. */
export async function openHost(
  host: HostPage,
  browser: Browser,
  body: string,
  { headers = {}, stopsClock = false, ...options }: HostOptions = {},
): Promise<OpenedHost> {
  host.headers = headers;
  host.body = `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Tools</title><main><h1>Garden tools</h1>${body}</main></html>`;
  const context = await browser.newContext({
    permissions: ['microphone'],
    reducedMotion: 'reduce',
    ...options,
  });
  const complaints: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  context.on('weberror', (webError) => complaints.push(String(webError.error())));
  const page = await context.newPage();
  await page.addInitScript(installCommandedMicrophone);
  await page.addInitScript(listen);
  await installTap(page);
  if (stopsClock) await page.clock.install();
  await page.goto(host.origin);
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

/** Runs in the page and in the frame, before anything of them. */
function listen(): void {
  // What the tap and the microphone of tests are asked for by.
  if (location.pathname.endsWith('/embed.html')) history.replaceState(null, '', '?mic=raw&tap');
  const heard: Heard[] = [];
  Object.assign(window, { heard });
  for (const name of ['state', 'caption', 'turn', 'cost', 'error']) {
    addEventListener(`parley-${name}`, (event) => {
      heard.push({ type: name, detail: (event as CustomEvent<Heard['detail']>).detail });
    });
  }
}

export function heardBy(page: Page): Promise<readonly Heard[]> {
  return page.evaluate(() => (window as unknown as { heard: readonly Heard[] }).heard);
}

/** The frame of the element at `place`, once it shows something. */
export async function frameOf(page: Page, place = 'parley-call'): Promise<Frame> {
  const element = await page.locator(`${place} iframe`).elementHandle();
  const frame = (await element.contentFrame())!;
  await frame.getByRole('button').first().waitFor();
  return frame;
}
