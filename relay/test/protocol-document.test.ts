import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  authOptionsSchema,
  clientEventSchemas,
  CLOSE_REASONS,
  conversationDetailSchema,
  conversationsResponseSchema,
  createSessionRequestSchema,
  createSessionResponseSchema,
  decodeAudioFrame,
  decodeClientEvent,
  decodeRelayEvent,
  ERROR_CODES,
  ERRORS,
  errorResponseSchema,
  guestRequestSchema,
  guestResponseSchema,
  healthResponseSchema,
  LATENCY_MARKS,
  LATENCY_SEGMENTS,
  LATENCY_TARGETS_MS,
  MAX_AUDIO_FRAME_BYTES,
  MAX_CLIENT_EVENT_BYTES,
  MAX_TEXT_CHARACTERS,
  relayEventSchemas,
} from '@parley/shared';

import { readConfig } from '../src/base/config/config.ts';
import { InboxAllowances } from '../src/call/session/inbox-allowances.ts';
import { NO_RULES } from '../src/call/session/session-options.ts';
import { PLANS } from '../src/people/limits/plans.ts';

const text = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');

interface Block {
  readonly info: string;
  readonly body: string;
}
const blocks: readonly Block[] = [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(
  ([, info = '', body = '']) => ({ info, body }),
);

/** A block holds one JSON value over several lines, or one a line. */
function examples(info: string): string[] {
  return blocks
    .filter((block) => block.info === info)
    .flatMap(({ body }) => (body.startsWith('{\n') ? [body] : body.trim().split('\n')));
}

const typeOf = (example: string) => (JSON.parse(example) as { type: string }).type;
const named = (info: string) =>
  examples(info).map((example) => [typeOf(example), example] as const);
const number = (value: number) => value.toLocaleString('en-US');

const HTTP_SCHEMAS = {
  'json http:auth': authOptionsSchema,
  'json http:guest-request': guestRequestSchema,
  'json http:guest': guestResponseSchema,
  'json http:session-request': createSessionRequestSchema,
  'json http:session': createSessionResponseSchema,
  'json http:error': errorResponseSchema,
  'json http:health': healthResponseSchema,
  'json http:conversations': conversationsResponseSchema,
  'json http:conversation': conversationDetailSchema,
} as const;

describe('the examples in docs/protocol.md', () => {
  it.each(named('json client'))('a client may send %s', (_, example) => {
    expect(decodeClientEvent(example)).toMatchObject({ kind: 'event', event: JSON.parse(example) });
  });

  it.each(named('json relay'))('the relay may send %s', (_, example) => {
    // Equal, not only like it: a field that the schema drops would be a field of no meaning.
    expect(decodeRelayEvent(example)).toEqual({ kind: 'event', event: JSON.parse(example) });
  });

  it.each(Object.entries(HTTP_SCHEMAS))('%s is what is really sent', (info, schema) => {
    const found = examples(info);
    expect(found).toHaveLength(1);
    const value: unknown = JSON.parse(found[0]!);
    expect(schema.parse(value)).toEqual(value);
  });

  it('leave no JSON unchecked', () => {
    const known = new Set(['json client', 'json relay', ...Object.keys(HTTP_SCHEMAS)]);
    const unknown = blocks.filter(({ info }) => info.startsWith('json') && !known.has(info));
    expect(unknown).toEqual([]);
  });

  it('decode to what is said of the binary frame', () => {
    const hex = blocks.find(({ info }) => info === 'hex')!.body.replaceAll(/\s/g, '');
    const result = decodeAudioFrame(Buffer.from(hex, 'hex'));
    expect(result).toMatchObject({ ok: true, frame: { kind: 1, last: true } });
    if (!result.ok) throw new Error(result.fault);
    const { item, seq, timestampMs, samples } = result.frame;
    for (const said of [
      `| item ${item} |`,
      `| seq ${seq} |`,
      `| timestamp ${timestampMs} |`,
      `| samples ${samples.join(', ')} |`,
    ]) {
      expect(text).toContain(said);
    }
  });

  it.each(['client', 'relay'])('tell a call in which the numbers of the %s only rise', (side) => {
    const call = text.slice(text.indexOf('## A whole call'));
    const seqs = [...call.matchAll(new RegExp(`^\`\`\`json ${side}\n([\\s\\S]*?)^\`\`\``, 'gm'))]
      .flatMap(([, body = '']) => body.trim().split('\n'))
      .flatMap((example) => (JSON.parse(example) as { seq?: number }).seq ?? []);
    expect(seqs.length).toBeGreaterThan(5);
    expect(seqs).toEqual([...new Set(seqs)].toSorted((one, other) => one - other));
  });
});

describe('docs/protocol.md names', () => {
  const clientTypes = new Set(examples('json client').map(typeOf));
  const relayTypes = new Set(examples('json relay').map(typeOf));

  it.each(Object.keys(clientEventSchemas))('the client event %s, with an example', (type) => {
    expect(text).toContain(`### \`${type}\``);
    expect(clientTypes).toContain(type);
  });

  it.each(Object.keys(relayEventSchemas))('the relay event %s, with an example', (type) => {
    expect(text).toContain(`### \`${type}\``);
    expect(relayTypes).toContain(type);
  });

  it.each(Object.values(CLOSE_REASONS))('the close code $code $reason', (entry) => {
    const retry = entry.retry.replace('_', ' ');
    expect(text).toContain(`| ${entry.code} | \`${entry.reason}\` | ${retry} |`);
  });

  it.each(ERROR_CODES)('the error code %s', (code) => {
    const { status, retryable } = ERRORS[code];
    expect(text).toContain(`| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} |`);
  });

  it('no event, close code or error code that there is not', () => {
    const headings = [...text.matchAll(/^### `([^`]+)`$/gm)].map(([, type = '']) => type);
    const types: string[] = [...Object.keys(clientEventSchemas), ...Object.keys(relayEventSchemas)];
    expect(headings.filter((type) => !types.includes(type))).toEqual([]);
    const errorRows = [...text.matchAll(/^\| `(\w+)` \| \d{3} \|/gm)].map(([, code = '']) => code);
    expect(errorRows).toEqual(ERROR_CODES);
    const codes = [...text.matchAll(/^\| (\d{4}) \| `/gm)].map(([, code]) => Number(code));
    expect(codes).toEqual(
      Object.values(CLOSE_REASONS)
        .map(({ code }) => code)
        .toSorted((one, other) => one - other),
    );
  });

  it('every mark, segment and target of a turn', () => {
    for (const name of [...LATENCY_MARKS, ...LATENCY_SEGMENTS]) expect(text).toContain(name);
    for (const target of Object.values(LATENCY_TARGETS_MS)) expect(text).toContain(`${target} ms`);
  });

  it('limits by their defaults, in each example and in the tables', () => {
    const { limits, ticketTtlMs, guestTokenTtlMs } = readConfig({});
    const told = blocks.flatMap(({ body }) =>
      [...body.matchAll(/"limits":\s*(\{[^}]*\})/g)].map(([, json = '']): unknown =>
        JSON.parse(json),
      ),
    );
    expect(told.length).toBeGreaterThan(3);
    for (const each of told) expect(each).toEqual(limits);
    const minutes = (ms: number) => `${ms / 60_000} minute${ms === 60_000 ? '' : 's'}`;
    const seconds = (ms: number) => `${ms / 1_000} seconds`;
    const plan = PLANS.default;
    for (const [limit, usual] of [
      ['`session_duration_ms`', minutes(limits.session_duration_ms)],
      ['`idle_ms` without speech, typing or a response', minutes(limits.idle_ms)],
      ['`utterance_ms`', minutes(limits.utterance_ms)],
      ['`resume_window_ms` without a connection', minutes(limits.resume_window_ms)],
      ['`heartbeat_ms`', seconds(limits.heartbeat_ms)],
      ['turns of one user over all sessions', `${plan.turns_per_minute}`],
      ['sessions at a time', `${plan.concurrent_sessions}`],
      ['sessions in an hour', `${plan.sessions_per_hour}`],
      ['tickets that are not used yet', `${plan.open_tickets}`],
    ]) {
      expect(text).toContain(`| ${limit} | ${usual} |`);
    }
    expect(plan.session_duration_s * 1_000).toBe(limits.session_duration_ms);
    expect(plan.idle_s * 1_000).toBe(limits.idle_ms);
    expect(text).toContain(`opens the WebSocket once, within ${seconds(ticketTtlMs)}`);
    expect(text).toContain(`guest's token is good for ${guestTokenTtlMs / 86_400_000} days`);
  });

  it('allowances as they are counted', () => {
    const perMinute = Number(PLANS.default.control_messages_per_minute);
    const rules = { ...NO_RULES, controlMessagesPerMinute: () => perMinute };
    const caller = {
      userId: 'a',
      kind: 'guest',
      plan: 'guest',
      role: 'user',
      expiresAtMs: 0,
    } as const;
    const allowances = new InboxAllowances(rules, caller);
    const takes: Readonly<Record<string, () => boolean>> = {
      'messages of any kind': () => allowances.messages.take(),
      'mistakes (anything answered as malformed or out of place)': () => allowances.mistakes.take(),
      'events, `ping` aside': () => allowances.control.take(),
      'turns (`speech_started`, `conversation.item.create`, `response.create`)': () =>
        allowances.takeTurn(),
      audio: () => allowances.audio.take(100),
    };
    const takeAll = () =>
      Object.values(takes).map((take) => {
        let taken = 0;
        while (take()) taken++;
        return taken;
      });
    const atOnce = takeAll();
    allowances.refill(1_000);
    const inSecond = takeAll();
    const rows = Object.keys(takes).map((name, index) => {
      if (name === 'audio')
        return `| audio | ${atOnce[index]! / 10} seconds | as fast as it is spoken |`;
      const then = name.startsWith('events')
        ? `${perMinute} a minute`
        : `${inSecond[index]} a second`;
      return `| ${name} | ${number(atOnce[index]!)} | ${then} |`;
    });
    for (const row of rows) expect(text).toContain(row);
  });

  it('the sizes that are enforced', () => {
    expect(text).toContain(`${number(MAX_AUDIO_FRAME_BYTES)} bytes`);
    expect(text).toContain(`${number(MAX_CLIENT_EVENT_BYTES)} characters`);
    expect(text).toContain(`${number(MAX_TEXT_CHARACTERS)} characters`);
  });

  it('sections that exist', () => {
    const anchors = [...text.matchAll(/^#{1,3} (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    );
    const links = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
    expect(links.filter((anchor) => !anchors.includes(anchor!))).toEqual([]);
  });
});
