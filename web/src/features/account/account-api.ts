import {
  API_PATHS,
  conversationDetailSchema,
  conversationsResponseSchema,
  liveSessionsResponseSchema,
  meSchema,
  ParleyError,
  usageResponseSchema,
  type EXPORT_FORMATS,
} from '@parley/shared';
import { ClientError } from '@parley/shared/link/client-error';
import {
  requestJson,
  requestRelay,
  type RelayEndpoint,
  type RelayRequest,
} from '@parley/shared/link/relay-request';
import type { AccountAccess } from './account-access.ts';

export type TranscriptFormat = (typeof EXPORT_FORMATS)[number];

/** Which conversations are looked for; what is undefined is left open. */
export interface ConversationSearch {
  readonly query?: string | undefined;
  /** First and last day, ISO 8601. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** A recording of half an hour is a hundred megabytes, which a slow line takes minutes for. */
const FILE_DEADLINE_MS = 600_000;

export type AccountApi = ReturnType<typeof createAccountApi>;

/**
 * The relay's API for the data of one person. Every method throws as `requestRelay` does, and
 * `unauthorized` if no token is there to ask with.
 */
export function createAccountApi(access: AccountAccess) {
  const relayOf = async (): Promise<RelayEndpoint<Response> & { readonly token: string }> => {
    const relay = await access.relay;
    if (relay.kind === 'misconfigured') throw new ClientError('unreachable', relay.message);
    const token = await access.token(relay.origin);
    if (token === undefined) throw new ParleyError('unauthorized');
    return { baseUrl: relay.origin, fetch: access.fetch, token };
  };
  const get = async <T>(
    path: string,
    schema: Parameters<typeof requestJson<T>>[2],
    signal: AbortSignal,
  ): Promise<T> => {
    const relay = await relayOf();
    return requestJson(relay, { method: 'GET', path, token: relay.token, signal }, schema);
  };
  const send = async (request: Omit<RelayRequest, 'token'>): Promise<void> => {
    const relay = await relayOf();
    // A change is acknowledged; what it says is known here.
    await requestRelay(relay, { ...request, token: relay.token }, () => Promise.resolve());
  };
  const file = async (path: string, signal: AbortSignal): Promise<Blob> => {
    const relay = await relayOf();
    const request = { method: 'GET', path, token: relay.token, signal } as const;
    return requestRelay(relay, { ...request, deadlineMs: FILE_DEADLINE_MS }, (answer) =>
      answer.blob(),
    );
  };
  const conversation = (id: string) => `${API_PATHS.conversations}/${encodeURIComponent(id)}`;

  return {
    me: (signal: AbortSignal) => get(API_PATHS.me, meSchema, signal),
    /** Everything that is kept of the person, as one file. */
    everything: (signal: AbortSignal) => file(`${API_PATHS.me}/export`, signal),
    removeEverything: (signal: AbortSignal) =>
      send({ method: 'DELETE', path: API_PATHS.me, signal }),
    /** @param before - `next` of the page before this one */
    conversations: (search: ConversationSearch, before: string | null, signal: AbortSignal) =>
      get(
        API_PATHS.conversations + queryOf({ ...search, before: before ?? undefined }),
        conversationsResponseSchema,
        signal,
      ),
    conversation: (id: string, signal: AbortSignal) =>
      get(conversation(id), conversationDetailSchema, signal),
    rename: (id: string, title: string, signal: AbortSignal) =>
      send({ method: 'PATCH', path: conversation(id), body: { title }, signal }),
    remove: (id: string, signal: AbortSignal) =>
      send({ method: 'DELETE', path: conversation(id), signal }),
    exported: (id: string, format: TranscriptFormat, signal: AbortSignal) =>
      file(`${conversation(id)}/export?format=${format}`, signal),
    recording: (id: string, signal: AbortSignal) => file(`${conversation(id)}/recording`, signal),
    /** @param days - first and last, ISO 8601 */
    usage: (days: { readonly from: string; readonly to: string }, signal: AbortSignal) =>
      get(API_PATHS.usage + queryOf(days), usageResponseSchema, signal),
    liveSessions: (signal: AbortSignal) =>
      get(`${API_PATHS.me}/sessions`, liveSessionsResponseSchema, signal),
    endSession: (id: string, signal: AbortSignal) =>
      send({
        method: 'DELETE',
        path: `${API_PATHS.me}/sessions/${encodeURIComponent(id)}`,
        signal,
      }),
  };
}

function queryOf(values: Readonly<Record<string, string | undefined>>): string {
  const present = Object.entries(values).filter((entry): entry is [string, string] => !!entry[1]);
  return present.length === 0 ? '' : `?${new URLSearchParams(present).toString()}`;
}
