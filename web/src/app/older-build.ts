import { createStore } from 'zustand/vanilla';
import type { Call } from '../client/index.ts';
import { pageBase } from '../lib/page-base.ts';
import { missingParts } from '../ui/late.tsx';

const CHECK_EVERY_MS = 5 * 60_000;
const DEADLINE_MS = 10_000;
/** Not the address itself: a service worker of an older build answers that with the page it keeps. */
const DOCUMENT = `${pageBase()}/?build`;

/** Of this build, before parts that are fetched later add theirs. */
const OWN = builtFiles(document.documentElement.outerHTML);

/** Whether the page's host has another build by now than the one that runs here. */
export const olderBuild = createStore<boolean>(() => false);

/**
 * Watches for another build, until what it returns is called. A tab of an older one can fetch no more
 * parts and may fit its relay no longer, so it reloads itself if nobody has touched it, or looks at it
 * while there is nothing on it.
 */
export function watchBuild({ state: call }: Call): () => void {
  const check = async (): Promise<void> => {
    if (!import.meta.env.PROD) return;
    const files = builtFiles(await fetchDocument());
    if (files.length === 0 || OWN.every((file) => files.includes(file))) return;
    olderBuild.setState(true, true);
    const build = files.join();
    // Hosts in the middle of a deployment answer now with the one build, now with the other.
    const isReloaded = history.state?.build === build;
    const isUntouched = 'userActivation' in navigator && !navigator.userActivation.hasBeenActive;
    const { standing, conversation } = call.getState();
    const isUnseen = document.hidden && conversation.length === 0 && !isFilledIn();
    if (isReloaded || standing.kind !== 'none' || !(isUntouched || isUnseen)) return;
    history.replaceState({ build }, '');
    location.reload();
  };
  const timer = setInterval(check, CHECK_EVERY_MS);
  document.addEventListener('visibilitychange', check);
  addEventListener('focus', check);
  const release = [
    missingParts.subscribe((parts) => parts.length > 0 && void check()),
    call.subscribe(({ standing }, before) => {
      if (standing.kind === 'over' && before.standing.kind === 'running') void check();
    }),
  ];
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', check);
    removeEventListener('focus', check);
    for (const unsubscribe of release) unsubscribe();
  };
}

/** Whether there is a place where a person may have written or chosen something. */
function isFilledIn(): boolean {
  return document.querySelector('[role=dialog], input, textarea') !== null;
}

/** Scripts and styles that a document names: their names change with their content. */
function builtFiles(html: string): readonly string[] {
  const names = html.matchAll(/(?:src|href)="[^"]*\/assets\/([\w.-]+\.(?:js|css))"/g);
  return [...names].map(([, name]) => name!);
}

async function fetchDocument(): Promise<string> {
  try {
    const response = await fetch(DOCUMENT, {
      cache: 'no-cache',
      redirect: 'error',
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    return response.ok ? await response.text() : '';
  } catch {
    // Without a network there is nothing to reload either.
    return '';
  }
}
