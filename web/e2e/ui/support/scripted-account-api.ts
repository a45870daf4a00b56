import type { Page, Route } from '@playwright/test';
import {
  ERRORS,
  type ConversationDetail,
  type ErrorCode,
  type LiveSession,
  type UsageResponse,
} from '@parley/shared';

/** What the relay keeps of a person, and how it answers; tests change it as they go. */
export interface ScriptedAccountApi {
  conversations: ConversationDetail[];
  usage: UsageResponse;
  sessions: LiveSession[];
  /** Answers every request with this instead. */
  refusal: ErrorCode | null;
  /** Every request so far, as `GET /api/v1/…`. */
  readonly asked: string[];
}

const PAGE_LENGTH = 8;

/** The relay's API for accounts without a relay: answers from memory, in the page's own network. */
export async function scriptAccountApi(page: Page, account: ScriptedAccountApi): Promise<void> {
  await page.route('**/api/v1/**', async (route) => {
    const request = route.request();
    const url = new URL(request.url());
    account.asked.push(`${request.method()} ${url.pathname}${url.search}`);
    if (account.refusal !== null) return refuse(route, account.refusal);
    const [kind, id, part] = url.pathname.replace('/api/v1/', '').split('/');
    if (kind === 'usage') return route.fulfill({ json: account.usage });
    if (kind === 'me') return answerSessions(route, account);
    if (kind !== 'conversations') return refuse(route, 'not_found');
    if (id === undefined) return route.fulfill({ json: listOf(account, url.searchParams) });
    return answerConversation(route, account, id, part);
  });
}

function answerSessions(route: Route, account: ScriptedAccountApi): Promise<void> {
  const id = new URL(route.request().url()).pathname.split('/').at(-1);
  if (route.request().method() === 'GET') {
    return route.fulfill({ json: { sessions: account.sessions } });
  }
  account.sessions = account.sessions.filter((session) => session.session_id !== id);
  return route.fulfill({ status: 204 });
}

function answerConversation(
  route: Route,
  account: ScriptedAccountApi,
  id: string,
  part: string | undefined,
): Promise<void> {
  const request = route.request();
  const found = account.conversations.find((conversation) => conversation.id === id);
  if (found === undefined) return refuse(route, 'not_found');
  if (part === 'export') return route.fulfill({ body: `export of ${found.title}` });
  if (part === 'recording') return route.fulfill({ contentType: 'audio/wav', body: silentWav() });
  if (request.method() === 'GET') return route.fulfill({ json: found });
  const { title } = (request.postDataJSON() ?? {}) as { title?: string };
  account.conversations = account.conversations.flatMap((conversation) => {
    if (conversation.id !== id) return [conversation];
    return request.method() === 'DELETE' ? [] : [{ ...conversation, title: title! }];
  });
  return route.fulfill({ status: 204 });
}

function listOf({ conversations }: ScriptedAccountApi, query: URLSearchParams): object {
  const words = query.get('query')?.toLowerCase();
  const days = { from: query.get('from') ?? '', to: query.get('to') ?? '9' };
  const found = conversations.filter(({ title, turns, updated_at }) => {
    const texts = [title, ...turns.flatMap((turn) => [turn.user_text, turn.reply_text])];
    const day = updated_at.slice(0, 10);
    return (
      day >= days.from &&
      day <= days.to &&
      (words === undefined || texts.some((text) => text?.toLowerCase().includes(words)))
    );
  });
  const from = Number(query.get('before') ?? 0);
  const end = from + PAGE_LENGTH;
  return {
    conversations: found.slice(from, end).map(({ sessions: _sessions, turns, ...rest }) => ({
      ...rest,
      turns: turns.length,
      excerpt: words === undefined ? null : `… ${turns[0]?.reply_text} …`,
    })),
    next: end < found.length ? String(end) : null,
  };
}

function refuse(route: Route, code: ErrorCode): Promise<void> {
  const { status, message, retryable } = ERRORS[code];
  const error = { code, message, retryable, request_id: 'req_1' };
  return route.fulfill({ status, json: { error } });
}

/** A tenth of a second of nothing. */
function silentWav(): Buffer {
  const wav = Buffer.alloc(44 + 1_600);
  wav.write('RIFF');
  wav.writeUInt32LE(36 + 1_600, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(8_000, 24);
  wav.writeUInt32LE(16_000, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(1_600, 40);
  return wav;
}
