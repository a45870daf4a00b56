import type { Browser, BrowserContextOptions, Page, Request } from '@playwright/test';
import { launchWithMicrophone } from '../../support/browser.ts';
import { installCommandedMicrophone } from '../../support/commanded-microphone.ts';
import { installTap } from '../../support/tap.ts';

/** Either: in a browser that is there, a microphone to be spoken into with `sayTo` … */
interface CommandedMicrophone {
  readonly browser: Browser;
}

/** … or, in a browser of its own, Chromium's own microphone; see `launchWithMicrophone`. */
interface OwnMicrophone {
  readonly hears: Int16Array;
  /** For the browser's command line. */
  readonly browserArguments?: readonly string[];
}

export interface CallPageSettings {
  readonly context?: BrowserContextOptions;
  /** Whether the voice and the microphone are recorded, and the microphone taken as it is. */
  readonly tapped?: boolean;
  /** Each runs in the page, before anything of it. */
  readonly before?: (() => void) | readonly (() => void)[];
}

export type CallPageOptions = CallPageSettings & (CommandedMicrophone | OwnMicrophone);

export interface CallPage extends AsyncDisposable {
  readonly page: Page;
  /** Errors in any console, exceptions, and what the content security policy stopped. */
  readonly complaints: readonly string[];
  /** All that page and workers asked for. */
  readonly requests: readonly Request[];
}

interface WatchedWindow {
  readonly stateLines: readonly string[];
}

export const DESKTOP = { width: 1_280, height: 800 };
export const PHONE = { width: 390, height: 844 };

/** Opens the page at `origin`, watched for anything untoward. */
export async function openCallPage(origin: string, options: CallPageOptions): Promise<CallPage> {
  await using resources = new AsyncDisposableStack();
  const isCommanded = 'browser' in options;
  const { browser } = isCommanded
    ? options
    : resources.use(await launchWithMicrophone(options.hears, options.browserArguments));
  const context = await browser.newContext({
    viewport: DESKTOP,
    // A moving orb takes a processor of its own without a graphics card.
    reducedMotion: 'reduce',
    // The answer of a worker would not be the relay's answer.
    serviceWorkers: 'block',
    // Listing any permission denies the rest.
    permissions: ['microphone', 'clipboard-read', 'clipboard-write'],
    ...options.context,
  });
  resources.defer(() => context.close());
  const complaints: string[] = [];
  const requests: Request[] = [];
  context.on('request', (request) => requests.push(request));
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  context.on('weberror', (webError) => complaints.push(String(webError.error())));
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on('worker', (worker) => {
    worker.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
  });
  await page.exposeFunction('complainOfPolicy', (what: string) => complaints.push(what));
  await page.addInitScript(watchPage);
  if (isCommanded) await page.addInitScript(installCommandedMicrophone);
  for (const script of [options.before ?? []].flat()) await page.addInitScript(script);
  if (options.tapped === true) await installTap(page);
  // The speech detector; pressing the button before it is there is another matter.
  const detector = page.waitForResponse((response) => response.url().endsWith('.bin'));
  await page.goto(`${origin}/${options.tapped === true ? '?mic=raw&tap' : ''}`);
  await page.getByRole('button', { name: 'Press to talk' }).hover();
  await (await detector).finished();
  const owned = resources.move();
  return { page, complaints, requests, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Every line of state that was shown, in order. */
export function stateLines(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => (window as unknown as WatchedWindow).stateLines);
}

/** Resolves once `line` is shown after the first `since` lines of state. */
export async function untilStateLine(page: Page, line: string, since = 0): Promise<void> {
  await page.waitForFunction(
    ([wanted, from]) =>
      (window as unknown as WatchedWindow).stateLines.slice(from).includes(wanted),
    [line, since] as const,
  );
}

/** Runs in the page, before anything of it. */
function watchPage(): void {
  const lines: string[] = [];
  Object.assign(window, { stateLines: lines });
  document.addEventListener('securitypolicyviolation', (event) => {
    const { complainOfPolicy } = window as unknown as { complainOfPolicy(what: string): void };
    complainOfPolicy(`${event.violatedDirective} stopped ${event.blockedURI}`);
  });
  new MutationObserver(() => {
    const line = document.getElementById('call-state')?.textContent;
    if (line !== undefined && line !== lines.at(-1)) lines.push(line);
  }).observe(document, { subtree: true, childList: true, characterData: true });
}
