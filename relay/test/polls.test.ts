import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  API_PATHS,
  CLOSE_REASONS,
  errorResponseSchema,
  openPollResponseSchema,
  type CreateSessionResponse,
} from '@parley/shared';
import { PollReceiver, PollSender, type PollMessage } from '@parley/shared/poll-batch';
import { openCall } from '../talk/client/call.ts';
import { systemClock } from '../src/base/lib/clock.ts';
import { createSession } from './support/api.ts';
import { eventually } from './support/eventually.ts';
import { MovableClock } from './support/movable-clock.ts';
import { RequestProxy } from './support/request-proxy.ts';
import { ScriptedGenerator, words } from './support/scripted-generator.ts';
import { counting } from './support/scripted-synthesizer.ts';
import { joined, transcriptOf } from './support/scripted-transcriber.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

const MS = 16;
const speech = { samples: counting(7, 2_500 * MS), onset: 500 * MS, end: 1_500 * MS };
const heard = transcriptOf(speech.samples.subarray(200 * MS, 2_000 * MS));

let relay: TestRelay;
beforeAll(async () => {
  relay = await startTestRelay();
});
afterAll(() => relay[Symbol.asyncDispose]());

/** A client of the requests themselves. */
class Polled {
  readonly sender = new PollSender();
  readonly #receiver = new PollReceiver();
  readonly #url: string;
  token = '';

  get confirmation() {
    return this.#receiver.confirmation;
  }

  constructor({ url }: Pick<TestRelay, 'url'>) {
    this.#url = url;
  }

  static async open(to: Pick<TestRelay, 'url'>, secret: string): Promise<Polled> {
    const polled = new Polled(to);
    const body = JSON.stringify({ protocols: ['parley.v1', secret] });
    const answer = await polled.post(API_PATHS.polls, body);
    polled.token = openPollResponseSchema.parse(await answer.json()).poll_token;
    return polled;
  }

  post(path: string, body: string | Uint8Array<ArrayBuffer>, headers = {}): Promise<Response> {
    const authorization = `Bearer ${this.token}`;
    const init = { method: 'POST', headers: { authorization, ...headers }, body };
    return fetch(this.#url + path, init);
  }

  async up(...messages: PollMessage[]): Promise<number> {
    for (const message of messages) this.sender.push(message);
    const { bytes, end } = this.sender.batch();
    const { status } = await this.post(API_PATHS.pollUp, bytes);
    if (status === 204) this.sender.confirm(end);
    return status;
  }

  async down(): Promise<readonly PollMessage[]> {
    const answer = await this.post(API_PATHS.pollDown, this.confirmation);
    return this.#receiver.take(new Uint8Array(await answer.arrayBuffer()))!;
  }

  /** Asks until the relay has closed. */
  async closed(): Promise<number> {
    for (;;) {
      const close = (await this.down()).find(
        (message): message is { readonly closeCode: number } =>
          typeof message === 'object' && 'closeCode' in message,
      );
      if (close !== undefined) return close.closeCode;
    }
  }
}

const typesOf = (messages: readonly PollMessage[]) =>
  messages.map((message) =>
    typeof message === 'string' ? (JSON.parse(message) as { type: string }).type : 'audio',
  );

const startPolled = async (to = relay, grant?: CreateSessionResponse) => {
  const { ticket } = grant ?? (await createSession(to.url));
  return Polled.open(to, `ticket.${ticket}`);
};

describe('a client whose WebSockets do not get through', () => {
  it('is heard sample for sample, and hears the whole answer', async () => {
    await using proxy = await RequestProxy.to(relay.url);
    const call = await openCall({
      ...{ url: proxy.url, speed: 20, signal: new AbortController().signal },
    });
    const turn = await call.say(speech);
    await call.close();
    expect(turn).toMatchObject({ transcript: heard, reply: `You said ${heard}.`, error: null });
    expect(joined(turn.voice?.pieces ?? []).length).toBeGreaterThan(0);
    expect(proxy.paths).toContain(API_PATHS.pollUp);
    // It hung up: the session is not kept for a client that may return.
    await relay.logs.until('session ended');
  });

  it('loses nothing and hears nothing twice when requests and answers are lost', async () => {
    await using proxy = await RequestProxy.to(relay.url);
    const signal = new AbortController().signal;
    const call = await openCall({ url: proxy.url, speed: 20, signal });
    let asked = 0;
    proxy.fateOf = (path) => {
      if (!path.startsWith(API_PATHS.polls)) return undefined;
      asked += 1;
      return asked % 3 === 0 ? 'answer lost' : asked % 7 === 0 ? 'request lost' : undefined;
    };
    const turn = await call.say(speech);
    proxy.fateOf = () => undefined;
    expect(turn).toMatchObject({ transcript: heard, reply: `You said ${heard}.`, error: null });
    expect(call.lostBy).toBeUndefined();
    await call.close();
  });

  it('goes on in the same session when the relay has forgotten its way', async () => {
    await using proxy = await RequestProxy.to(relay.url);
    const signal = new AbortController().signal;
    const call = await openCall({ url: proxy.url, speed: 20, signal });
    const { id } = call.session;
    let ups = 0;
    proxy.fateOf = (path) => {
      return path === API_PATHS.pollUp && ++ups === 1 ? 'unknown' : undefined;
    };
    const turn = await call.say(speech);
    expect(turn).toMatchObject({ transcript: heard, error: null });
    expect(call.session.id).toBe(id);
    expect(proxy.paths.filter((path) => path === API_PATHS.polls)).toHaveLength(2);
    await call.close();
  });
});

describe('requests in the place of a WebSocket', () => {
  it('bring what waits at once, and what is not confirmed again', async () => {
    const polled = await startPolled();
    const first = await polled.down();
    expect(typesOf(first)).toEqual(['session.created']);
    await polled.up(JSON.stringify({ type: 'ping', client_ms: 1, last_seq: 0 }));
    const lost = await polled.post(API_PATHS.pollDown, polled.confirmation);
    expect(lost.status).toBe(200);
    expect(typesOf(await polled.down())).toEqual(['pong']);
  });

  it('are refused as a WebSocket is: by close code', async () => {
    for (const [secret, reason] of [
      ['ticket.none', CLOSE_REASONS.ticketInvalid],
      ['resume.none', CLOSE_REASONS.sessionGone],
    ] as const) {
      expect(await (await Polled.open(relay, secret)).closed()).toBe(reason.code);
    }
  });

  it('resume a session, and replace its other connection', async () => {
    const grant = await createSession(relay.url);
    const one = await startPolled(relay, grant);
    await one.down();
    const other = await Polled.open(relay, `resume.${grant.resume_token}`);
    const { session_id, resume_token } = grant;
    const resume = { type: 'session.resume', session_id, resume_token, last_seq: 1 };
    await other.up(JSON.stringify(resume));
    expect(typesOf(await other.down())).toEqual(['session.resumed']);
    expect(await one.closed()).toBe(CLOSE_REASONS.replaced.code);
  });

  it('carry the same messages beside another connection', async () => {
    const grant = await createSession(relay.url);
    const one = await startPolled(relay, grant);
    await one.down();
    const beside = await Polled.open(relay, `beside.${grant.resume_token}`);
    await beside.up(JSON.stringify({ type: 'ping', client_ms: 1, last_seq: 1 }));
    expect(typesOf(await beside.down())).toContain('pong');
  });

  it('are bounded in size, and must be of a poll that is open and in order', async () => {
    const polled = await startPolled();
    const codeOf = async (answer: Response) =>
      errorResponseSchema.parse(await answer.json()).error.code;
    const tooLong = await polled.post(API_PATHS.pollUp, new Uint8Array(200_000));
    expect(await codeOf(tooLong)).toBe('payload_too_large');
    const gap = new Uint8Array([9, 0, 0, 0]);
    for (const path of [API_PATHS.pollUp, API_PATHS.pollDown]) {
      expect(await codeOf(await polled.post(path, gap))).toBe('invalid_request');
    }
    polled.token = 'none';
    expect(await codeOf(await polled.post(API_PATHS.pollUp, gap))).toBe('not_found');
    const foreign = { origin: 'https://elsewhere.test' };
    const refused = await polled.post(API_PATHS.polls, '{"protocols":[]}', foreign);
    expect(await codeOf(refused)).toBe('origin_not_allowed');
  });

  it('are not among the requests of an address, and have a bound of their own', async () => {
    const addresses = { requests_per_minute: 20 };
    await using strict = await startTestRelay({ env: { PLANS: JSON.stringify({ addresses }) } });
    const polled = await startPolled(strict);
    const empty = new PollSender().batch().bytes;
    const statuses = new Map<number, number>();
    for (let n = 0; n < 300; n += 1) {
      const { status } = await polled.post(API_PATHS.pollUp, empty);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect([...statuses.keys()].toSorted((one, next) => one - next)).toEqual([204, 429]);
    expect(statuses.get(204)).toBeGreaterThanOrEqual(200);
    expect((await fetch(`${strict.url}${API_PATHS.health}`)).status).toBe(200);
  });

  it('that do not come any more end the connection, and not the session', async () => {
    const clock = new MovableClock();
    await using moved = await startTestRelay({ clock });
    const grant = await createSession(moved.url);
    const polled = await startPolled(moved, grant);
    await polled.down();
    await clock.advance(31_000);
    expect((await polled.post(API_PATHS.pollUp, new PollSender().batch().bytes)).status).toBe(404);
    const other = await Polled.open(moved, `resume.${grant.resume_token}`);
    const { session_id, resume_token } = grant;
    const resume = { type: 'session.resume', session_id, resume_token, last_seq: 1 };
    await other.up(JSON.stringify(resume));
    expect(typesOf(await other.down())).toEqual(['session.resumed']);
  });

  it('are answered with nothing after twenty seconds in which nothing happens', async () => {
    const clock = new MovableClock();
    await using moved = await startTestRelay({ clock });
    const polled = await startPolled(moved);
    await polled.down();
    const answer = polled.down();
    await polled.up();
    await clock.advance(20_500);
    expect(await answer).toEqual([]);
  });

  it('have the bounds of any connection: a client that takes nothing in is closed as slow', async () => {
    const generator = new ScriptedGenerator({
      clock: systemClock,
      reply: () => [words('Yes. '.repeat(6_000))],
    });
    await using stalled = await startTestRelay({ providers: { generator } });
    const polled = await startPolled(stalled);
    const isGivenUp = () => stalled.logs.lines.some((line) => line.includes('slow_consumer'));
    const send = (seq: number, event: object) => polled.up(JSON.stringify({ ...event, seq }));
    const content = [{ type: 'input_text', text: 'Tell me a story' }];
    const item = { type: 'message', role: 'user', content };
    await send(1, { type: 'session.update', session: { output_modalities: ['text'] } });
    for (let turn = 1; turn <= 20 && !isGivenUp(); turn += 1) {
      await send(turn + 1, { type: 'conversation.item.create', item });
      await eventually(() => generator.requests.length >= turn || isGivenUp());
    }
    await stalled.logs.until('slow_consumer');
    expect(await polled.closed()).toBe(CLOSE_REASONS.slowConsumer.code);
  });

  it('that wait are answered with the close when the relay stops', async () => {
    const stopped = await startTestRelay();
    const polled = await startPolled(stopped);
    await polled.down();
    const closed = polled.closed();
    const [code] = await Promise.all([closed, stopped.stop(0)]);
    expect(code).toBe(CLOSE_REASONS.draining.code);
    await stopped[Symbol.asyncDispose]();
  });
});
