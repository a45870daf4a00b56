import { AccountController } from './account/account-controller.ts';
import { loadIssuer } from './account/load-issuer.ts';
import type { Assistant } from './engine/call-tools.ts';
import { BrowserMediaEngine } from './engine/browser-media-engine.ts';
import { mediaFiles } from './engine/media-files.ts';
import { findRelay, type RelayAddress } from './settings/relay-address.ts';
import type { KeyValueStore } from './settings/settings.ts';
import { Call } from './store/call.ts';
import { fetchProviderNames } from './store/provider-names.ts';

export interface CallSetup extends Assistant {
  /**
   * Address of the relay, with the path that it stands below if any: `https://relay.example`.
   * By default what `parley.json` beside the page names, else the page's own origin.
   */
  readonly url?: string | undefined;
  /**
   * Gives a bearer token for a relay that is not open to guests. Asked before each call, again
   * before the token ends, and once more if the relay refuses it; has 15 s to answer. A call with it
   * never signs in as a guest.
   */
  readonly token?: (() => Promise<string>) | undefined;
  /** What is kept between visits goes here; null keeps nothing. By default `localStorage`. */
  readonly storage?: KeyValueStore | null | undefined;
  /**
   * Where the package finds its worker, its worklets and the speech detector: a copy of its folder
   * `assets` at the page's own origin, e.g. `/parley/`. By default the relay has them. Parley's own
   * page knows its files.
   */
  readonly assets?: string | undefined;
  /** The page itself, if its people sign in by links that lead back to it. */
  readonly page?: PageAddress | undefined;
}

export interface PageAddress {
  /** Without the slash at the end. */
  readonly url: string;
  /** The page was opened by such a link. */
  readonly isReturn: boolean;
}

/**
 * A call with a relay: it does nothing until it is started, and can be started again when it is
 * over. A page may have several.
 */
export function createCall(options: CallSetup = {}): Call {
  const { url, page = { url: ownOrigin(), isReturn: false } } = options;
  const storage = options.storage === undefined ? browserStorage() : options.storage;
  const fetchHere: typeof fetch = (...request) => fetch(...request);
  const nowMs = () => Date.now();
  const relay: Promise<RelayAddress> =
    url === undefined
      ? findRelay({ fetch: fetchHere, storage, pageUrl: page.url })
      : Promise.resolve({ kind: 'known', origin: url.replace(/\/$/, '') });
  const account = new AccountController({
    storage,
    token: options.token,
    nowMs,
    fetch: fetchHere,
    relay,
    loadIssuer,
    returnUrl: `${page.url}/`,
    isReturn: page.isReturn,
  });
  const call = new Call({
    engine: new BrowserMediaEngine(mediaFiles(async () => options.assets ?? originOf(await relay))),
    account,
    storage,
    nowMs,
    newId: randomId,
    relay,
    fetchProviders: (origin) => fetchProviderNames(fetchHere, origin),
  });
  call.setAssistant(options);
  return call;
}

function originOf(relay: RelayAddress): string {
  if (relay.kind === 'known') return relay.origin;
  throw new Error(relay.message);
}

/** Of the page; '' on a server that renders it. */
function ownOrigin(): string {
  return 'location' in globalThis ? location.origin : '';
}

/** Reading `localStorage` itself throws if the browser forbids it. */
function browserStorage(): KeyValueStore | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

/** 96 random bits; `crypto.randomUUID` is missing on pages that are not secure. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
