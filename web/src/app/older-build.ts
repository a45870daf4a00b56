import { createStore } from 'zustand/vanilla';
import type { CallController, CallState } from '../client/index.ts';
import { pageBase } from '../lib/page-base.ts';
import { missingParts } from '../ui/late.tsx';

const CHECK_EVERY_MS = 5 * 60_000;
const PAUSE_MS = 10_000;
const DEADLINE_MS = 10_000;
/** Not the address itself: a service worker of an older build answers that with the page it keeps. */
const DOCUMENT = `${pageBase()}/?build`;
/** In the tab's storage: for which document it has reloaded itself. */
const RELOADED_KEY = 'parley.reloaded';

/** Of this build, before parts that are fetched later add theirs. */
const OWN = builtFiles(document.documentElement.outerHTML);

/** Whether the page's host has another build by now than the one that runs here. */
export const olderBuild = createStore<boolean>(() => false);

/**
 * Watches for another build, until `signal`. A tab of an older one can fetch no more parts and may
 * fit its relay no longer, so it reloads itself as soon as nothing is lost by that.
 */
export function watchBuild({ call }: CallController, signal: AbortSignal): void {
  if (!import.meta.env.PROD) return;
  let latest = '';
  let checkedMs = Number.NEGATIVE_INFINITY;

  const check = async (): Promise<void> => {
    if (!olderBuild.getState()) {
      checkedMs = performance.now();
      const files = builtFiles(await fetchDocument(signal));
      if (signal.aborted || files.length === 0 || OWN.every((file) => files.includes(file))) return;
      latest = files.join(' ');
      olderBuild.setState(true, true);
    }
    if (isIdle(call.getState()) && isFirstReloadFor(latest)) location.reload();
  };
  // Coming back to the tab is several events at once.
  const look = (): void => {
    if (performance.now() - checkedMs >= PAUSE_MS) void check();
  };
  const timer = setInterval(look, CHECK_EVERY_MS);
  for (const type of ['focus', 'online', 'pageshow']) addEventListener(type, look, { signal });
  document.addEventListener('visibilitychange', look, { signal });
  const release = [
    missingParts.subscribe((parts) => parts.length > 0 && void check()),
    call.subscribe(({ standing, vad }, before) => {
      const isOver = standing.kind === 'over' && before.standing.kind === 'running';
      // Or the worker of calls is not to be had any more, or its detector.
      if (isOver || (vad === 'failed' && before.vad !== 'failed')) void check();
    }),
  ];
  signal.addEventListener('abort', () => {
    clearInterval(timer);
    for (const unsubscribe of release) unsubscribe();
  });
}

/** Scripts and styles that a document names: their names change with their content. */
function builtFiles(html: string): readonly string[] {
  const names = html.matchAll(/(?:src|href)="[^"]*\/assets\/([\w.-]+\.(?:js|css))"/g);
  return [...names].map(([, name]) => name!);
}

async function fetchDocument(signal: AbortSignal): Promise<string> {
  if (!navigator.onLine) return '';
  try {
    const response = await fetch(DOCUMENT, {
      cache: 'no-cache',
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]),
    });
    return response.ok ? await response.text() : '';
  } catch {
    // Without a network there is nothing to reload either.
    return '';
  }
}

/** Whether a reload would take nothing from the person: no call or its words, nothing begun. */
function isIdle({ standing, conversation }: CallState): boolean {
  if (standing.kind !== 'none' || conversation.length > 0) return false;
  // Other pages are read: they lose their place.
  if (location.pathname !== `${pageBase()}/` && navigator.userActivation.hasBeenActive)
    return false;
  if (document.querySelector('[role=dialog], [role=menu], [aria-busy=true]') !== null) return false;
  const isPlaying = [...document.querySelectorAll('audio')].some(({ paused }) => !paused);
  const fields = document.querySelectorAll<HTMLInputElement>(
    'textarea, input:not([type=checkbox], [type=radio], [type=range])',
  );
  return !isPlaying && [...fields].every(({ value }) => value === '');
}

/** Hosts in the middle of a deployment answer now with the one build, now with the other. */
function isFirstReloadFor(build: string): boolean {
  try {
    if (sessionStorage.getItem(RELOADED_KEY) === build) return false;
    sessionStorage.setItem(RELOADED_KEY, build);
    return true;
  } catch {
    // Without a memory it might never end.
    return false;
  }
}
