import { pageBase } from '../lib/page-base.ts';

/** Beside the page it was built with, whose path is then its scope; of `web/build`. */
const SCRIPT = '/sw.js';
/** Until the page has done what it does first. */
const DELAY_MS = 3_000;

/**
 * Lets the page open without a network. It waits until nothing else is loaded, and is left out if
 * people save data: it keeps only what they have loaded anyway, but asks for it again.
 */
export function registerServiceWorker(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator) || savesData()) return;
  const register = () => void navigator.serviceWorker.register(pageBase() + SCRIPT).catch(() => {});
  addEventListener('load', () => setTimeout(register, DELAY_MS), { once: true });
}

/** The person has asked their browser to load no more than is needed. */
export function savesData(): boolean {
  const { connection } = navigator as { readonly connection?: { readonly saveData?: boolean } };
  return connection?.saveData === true;
}
