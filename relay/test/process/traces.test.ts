import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { API_PATHS, errorResponseSchema } from '@parley/shared';
import { startDeepgramSimulator } from '../../simulators/deepgram/deepgram-simulator.ts';
import { eventually } from '../support/eventually.ts';
import { serveHttp } from '../support/http-server.ts';
import { OtlpCollector } from '../support/otlp-collector.ts';
import { RelayProcess } from '../support/relay-process.ts';

const QUESTION = 'Where did I hide the emerald?';
const ANSWER = 'Under the lemon tree.';

/** A language model that answers everything with one sentence. */
const chatModel =
  (traceparents: unknown[]): RequestListener =>
  (request, response) => {
    if (request.method === 'POST') traceparents.push(request.headers['traceparent']);
    request.resume();
    const chunk = (choice: object, more: object = {}) =>
      `data: ${JSON.stringify({
        id: 'chat_1',
        object: 'chat.completion.chunk',
        created: 1,
        model: 'emerald-1',
        choices: [{ index: 0, delta: {}, finish_reason: null, ...choice }],
        ...more,
      })}\n\n`;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(chunk({ delta: { role: 'assistant', content: ANSWER } }));
    const usage = { prompt_tokens: 17, completion_tokens: 6, total_tokens: 23 };
    response.end(`${chunk({ finish_reason: 'stop' }, { usage })}data: [DONE]\n\n`);
  };

async function startWith(traceparents: unknown[], env: Readonly<Record<string, string>>) {
  const model = await serveHttp(chatModel(traceparents));
  const relay = await RelayProcess.start({
    env: {
      GENERATORS: 'compatible',
      COMPATIBLE_BASE_URL: `${model.url}/v1`,
      COMPATIBLE_CHAT_MODEL: 'emerald-1',
      ...env,
    },
  });
  return {
    relay,
    async [Symbol.asyncDispose]() {
      await relay[Symbol.asyncDispose]();
      model.close();
    },
  };
}

// They wait for a collector most of the time.
describe.concurrent('traces', () => {
  it('show session, turn and stage, and share their id with the log and the provider', async () => {
    using collector = await OtlpCollector.start();
    const traceparents: string[] = [];
    await using started = await startWith(traceparents, {
      OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=a%20key',
      OTEL_SERVICE_NAME: 'parley-test',
    });
    const { relay } = started;
    const call = await relay.call();
    call.type(QUESTION);
    await call.inbound.next('response.done');
    await call.hangUp();
    for (const event of ['session started', 'turn ended', 'session ended']) {
      await relay.logs.until(event);
    }
    // Spans that have not been sent yet are sent at the end.
    expect((await relay.end()).code).toBe(0);
    const turn = await collector.until('turn');
    const session = await collector.until('session');
    const stage = await collector.until('chat emerald-1');

    expect(session).toMatchObject({
      attributes: { 'session.id': call.grant.session_id, 'parley.close_reason': 'normal' },
      resource: { 'service.name': 'parley-test' },
    });
    expect(session.parentSpanId ?? '').toBe('');
    expect(turn).toMatchObject({
      traceId: session.traceId,
      parentSpanId: session.spanId,
      attributes: { 'parley.turn.trigger': 'text', 'parley.turn.outcome': 'replied' },
    });
    expect(stage).toMatchObject({
      traceId: session.traceId,
      parentSpanId: turn.spanId,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'compatible',
        'gen_ai.request.model': 'emerald-1',
        'gen_ai.usage.input_tokens': 17,
        'gen_ai.usage.output_tokens': 6,
        'parley.outcome': 'succeeded',
      },
    });
    expect(BigInt(stage.startTimeUnixNano)).toBeLessThan(BigInt(stage.endTimeUnixNano));
    expect(collector.headers[0]).toMatchObject({ 'x-api-key': 'a key' });
    expect(traceparents).toContain(`00-${session.traceId}-${turn.spanId}-01`);
    for (const event of ['session started', 'turn ended', 'session ended']) {
      expect(JSON.parse(await relay.logs.until(event))).toMatchObject({ traceId: session.traceId });
    }
    for (const words of [QUESTION, ANSWER, 'emerald?', 'lemon']) {
      expect(collector.bodies.join()).not.toContain(words);
    }
  });

  it('reach sockets that are opened ahead, by the session, and errors that the client is sent', async () => {
    using collector = await OtlpCollector.start();
    await using vendor = await startDeepgramSimulator();
    await using started = await startWith([], {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      TRANSCRIBERS: 'deepgram-nova',
      DEEPGRAM_BASE_URL: vendor.url,
      DEEPGRAM_API_KEY: vendor.key,
    });
    const { relay } = started;
    const call = await relay.call();
    // The health check of the start carries none.
    const carried = () => vendor.traceparents.filter((value) => value !== undefined);
    await eventually(() => carried().length > 0);
    call.raw('{');
    const error = await call.inbound.next('error');
    await call.hangUp();
    await relay.logs.until('session ended');
    await relay.end();
    const session = await collector.until('session');
    expect([...new Set(carried())]).toEqual([`00-${session.traceId}-${session.spanId}-01`]);
    expect(error).toMatchObject({ code: 'malformed_json', trace_id: session.traceId });
  });

  it('have one span for each request that is refused, whose id its answer names', async () => {
    using collector = await OtlpCollector.start();
    await using started = await startWith([], { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    const { relay } = started;
    const { url, logs } = relay;
    const response = await fetch(`${url}${API_PATHS.sessions}?code=emerald`, { method: 'POST' });
    const { error } = errorResponseSchema.parse(await response.json());
    expect(await logs.until(error.request_id)).toContain(error.trace_id);
    await relay.end();
    expect(await collector.until('POST')).toMatchObject({
      traceId: error.trace_id,
      attributes: {
        'http.request.method': 'POST',
        'url.path': API_PATHS.sessions,
        'http.response.status_code': 401,
        'error.type': 'unauthorized',
        'parley.request.id': error.request_id,
      },
    });
    expect(collector.bodies.join()).not.toContain('emerald');
  });

  it('hold up no call, and no end, if the collector is away', async () => {
    await using started = await startWith([], {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    });
    const { relay } = started;
    const call = await relay.call();
    call.type(QUESTION);
    expect(await call.inbound.next('response.done')).toMatchObject({ status: 'completed' });
    await call.hangUp();
    await relay.logs.until('traces are lost');
    expect((await relay.end()).code).toBe(0);
  });

  it('are not made, nor is any id sent, unless a collector is named', async () => {
    const traceparents: unknown[] = [];
    await using started = await startWith(traceparents, {});
    const { relay } = started;
    const call = await relay.call();
    call.type(QUESTION);
    await call.inbound.next('response.done');
    call.raw('{');
    expect(await call.inbound.next('error')).not.toHaveProperty('trace_id');
    const refused = await fetch(relay.url + API_PATHS.sessions, { method: 'POST' });
    expect(await refused.text()).not.toContain('trace_id');
    await call.hangUp();
    expect(await relay.logs.until('session ended')).not.toContain('traceId');
    expect(traceparents.length).toBeGreaterThan(0);
    expect(traceparents.every((value) => value === undefined)).toBe(true);
  });
});
