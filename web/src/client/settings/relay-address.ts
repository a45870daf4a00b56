import { readKept, writeKept, type KeyValueStore } from './settings.ts';

/**
 * Where the page's relay is, which is its origin and perhaps a path that it stands below, without the
 * slash at the end; or a sentence on why that cannot be known.
 */
export type RelayAddress =
  | { readonly kind: 'known'; readonly origin: string }
  | { readonly kind: 'misconfigured'; readonly message: string };

export interface RelayAddressOptions {
  readonly fetch: typeof fetch;
  /** null if the browser refuses storage. */
  readonly storage: KeyValueStore | null;
  /** e.g. `https://page.example`, or `https://host.example/voice` */
  readonly pageUrl: string;
}

/** Beside the page, so that a host of static files can name a relay without another build. */
const PATH = '/parley.json';
/** A call that is begun at once waits for no longer. */
const DEADLINE_MS = 3_000;
const KEPT_KEY = 'parley.relay';

/**
 * Asks the page's host for the address of its relay: `{"relay": "https://relay.example"}`. Without
 * such a file, or without a relay in it, the relay is at the page's own origin. A file that cannot
 * be fetched at the moment counts as what it said last. Never rejects.
 */
export async function findRelay(options: RelayAddressOptions): Promise<RelayAddress> {
  const { storage, pageUrl } = options;
  // Two pages on one host keep one each.
  const key = KEPT_KEY + new URL(pageUrl).pathname.replace(/\/$/, '');
  const text = await configurationText(options.fetch, pageUrl + PATH);
  if (text === undefined) {
    const { origin } = readKept(storage, key);
    const isUsable = typeof origin === 'string' && URL.canParse(origin);
    return { kind: 'known', origin: isUsable ? origin : pageUrl };
  }
  const address = relayIn(text, pageUrl);
  if (address.kind === 'known') writeKept(storage, key, { origin: address.origin });
  return address;
}

/** @returns an empty text if there is no such file, undefined if that cannot be known now */
async function configurationText(
  fetchLike: typeof fetch,
  url: string,
): Promise<string | undefined> {
  try {
    const response = await fetchLike(url, {
      cache: 'no-cache',
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    if (response.ok) return await response.text();
    return response.status < 500 ? '' : undefined;
  } catch {
    return undefined;
  }
}

/** @param text - of the configuration file */
export function relayIn(text: string, pageUrl: string): RelayAddress {
  // Many hosts answer with the page itself if the file is missing.
  if (text.trim() === '' || text.trimStart().startsWith('<')) return known(pageUrl);
  let configuration: unknown;
  try {
    configuration = JSON.parse(text);
  } catch {
    return misconfigured('parley.json is not valid JSON.');
  }
  if (typeof configuration !== 'object' || configuration === null) return misconfigured(EXPECTED);
  const { relay = '' } = configuration as { readonly relay?: unknown };
  if (relay === '' || relay === null) return known(pageUrl);
  const url = typeof relay === 'string' && URL.canParse(relay) ? new URL(relay) : null;
  // A user or a query would be left out of every request, which would be hard to understand.
  if (url === null || !/^https?:$/.test(url.protocol) || url.href !== url.origin + url.pathname) {
    return misconfigured(EXPECTED);
  }
  if (url.protocol === 'http:' && pageUrl.startsWith('https:') && !isThisMachine(url)) {
    return misconfigured(
      `parley.json names the relay ${url.origin}, but a page that is served over https can only use a relay over https.`,
    );
  }
  return known(url.href.replace(/\/$/, ''));
}

const EXPECTED =
  'parley.json must name the relay by its address alone, like {"relay": "https://relay.example.com"}.';

function known(origin: string): RelayAddress {
  return { kind: 'known', origin };
}

function misconfigured(what: string): RelayAddress {
  return { kind: 'misconfigured', message: `This page is not set up correctly: ${what}` };
}

/** The one host that browsers take for secure without https. */
function isThisMachine({ hostname }: URL): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
