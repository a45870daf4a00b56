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

/** @param id - of a conversation */
export function conversationPath(id: string): string {
  return `${PAGE_PATHS.history}/${encodeURIComponent(id)}`;
}
