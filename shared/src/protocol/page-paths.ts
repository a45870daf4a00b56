/**
 * Addresses of the page besides `/`, all served with the same document: the relay and a host of
 * static files must answer them, the page's router draws them.
 */
export const PAGE_PATHS = {
  history: '/history',
  conversation: '/history/:id',
  usage: '/usage',
  sessions: '/sessions',
  /** For the operator. */
  status: '/status',
} as const;

/**
 * The address of something at a relay, which may stand below a path of its host.
 *
 * @param base - e.g. `https://relay.example` or `https://host.example/voice`
 * @param path - from `/` on, e.g. one of `API_PATHS`
 */
export function relayUrl(base: string, path: string): string {
  return new URL(base.replace(/\/$/, '') + path).href;
}

/** @param id - of a conversation */
export function conversationPath(id: string): string {
  return `${PAGE_PATHS.history}/${encodeURIComponent(id)}`;
}
