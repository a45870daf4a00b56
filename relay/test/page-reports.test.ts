import { afterEach, describe, expect, it } from 'vitest';
import { API_PATHS, authOptionsSchema, errorResponseSchema } from '@parley/shared';
import { MAX_REPORT_BYTES, type PageReport } from '@parley/shared/report-api';
import { SentryServer } from './support/sentry-server.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

const SENTENCE = 'The emerald lies under the lemon tree';
const SECRET = 'sk-live-0123456789abcdefghijklmnop';

const REPORT: PageReport = {
  event_id: '0123456789abcdef0123456789abcdef',
  timestamp: 1_795_000_000,
  platform: 'javascript',
  level: 'error',
  release: 'parley@1.2.3',
  tags: { code: 'worker_failed', sessionId: 'sess_0123456789abcdef' },
  exception: {
    values: [
      {
        type: 'TypeError',
        value: 'x is not a function',
        stacktrace: {
          frames: [
            {
              filename: 'app:///assets/index.js',
              function: '?',
              lineno: 1,
              colno: 9,
              in_app: true,
            },
          ],
        },
      },
    ],
  },
};

const disposables: (AsyncDisposable | Disposable)[] = [];
afterEach(async () => {
  for (const one of disposables.splice(0).toReversed()) {
    await (Symbol.asyncDispose in one ? one[Symbol.asyncDispose]() : one[Symbol.dispose]());
  }
});

async function start(env: Readonly<Record<string, string>> = {}) {
  const sentry = await SentryServer.start();
  const relay = await startTestRelay({ env: { SENTRY_PAGE_DSN: sentry.dsn, ...env } });
  disposables.push(sentry, relay);
  return { sentry, relay };
}

const envelope = (dsn: string, event: object = REPORT, item: object = { type: 'event' }) =>
  [{ event_id: REPORT.event_id, dsn }, item, event].map((part) => JSON.stringify(part)).join('\n');

const post = (relay: Pick<TestRelay, 'url'>, body: string, headers = {}) =>
  fetch(new URL(API_PATHS.reports, relay.url), { method: 'POST', body, headers });

async function refusalOf(response: Response) {
  return [response.status, errorResponseSchema.parse(await response.json()).error.code];
}

describe('error reports of pages', () => {
  it('are passed on to the project that pages are told of', async () => {
    const { sentry, relay } = await start({ SENTRY_ENVIRONMENT: 'trial' });
    const options = await fetch(new URL(API_PATHS.auth, relay.url));
    const { error_reports: told } = authOptionsSchema.parse(await options.json());
    expect(told).toEqual({ dsn: sentry.dsn });
    expect((await post(relay, envelope(told!.dsn))).status).toBe(204);
    expect(sentry.events).toMatchObject([
      { ...REPORT, environment: 'trial', logger: 'parley-page' },
    ]);
  });

  it('lose on the way what is not known to be harmless, and whose they are', async () => {
    const { sentry, relay } = await start({ TRUSTED_PROXIES: '127.0.0.1' });
    const event = {
      ...REPORT,
      user: { ip_address: '{{auto}}', email: SENTENCE },
      request: { url: `https://page.example/?token=${SECRET}` },
      breadcrumbs: [{ message: SENTENCE }],
      extra: { text: SENTENCE },
      tags: { ...REPORT.tags, words: SENTENCE },
    };
    const headers = { 'x-forwarded-for': '203.0.113.7', 'user-agent': SENTENCE, cookie: SECRET };
    expect((await post(relay, envelope(sentry.dsn, event), headers)).status).toBe(204);
    const [request] = sentry.requests.lines;
    expect(request).toContain('worker_failed');
    for (const planted of ['emerald', SECRET, 'page.example', '203.0.113.7', '{{auto}}']) {
      expect(request).not.toContain(planted);
    }
  });

  it('name the trace of the call, if calls are traced', async () => {
    const { sentry, relay } = await start({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
    });
    await post(relay, envelope(sentry.dsn));
    expect(sentry.events[0]!.tags['traceId']).toMatch(/^[0-9a-f]{32}$/);
  });

  it('for another project are refused', async () => {
    const { sentry, relay } = await start();
    const foreign = sentry.dsn.replace('abc123', 'other1');
    expect(await refusalOf(await post(relay, envelope(foreign)))).toEqual([403, 'forbidden']);
    expect(sentry.requests.lines).toEqual([]);
  });

  it.each<[string, (dsn: string) => string, [number, string]]>([
    ['nothing', () => '', [400, 'malformed_json']],
    ['no JSON', () => 'an\nenvelope\nof words', [400, 'malformed_json']],
    ['a session', (dsn) => envelope(dsn, {}, { type: 'session' }), [400, 'invalid_request']],
    ['a second item', (dsn) => `${envelope(dsn)}\n{}\n{}`, [400, 'invalid_request']],
    [
      'a sentence for a code',
      (dsn) => envelope(dsn, { ...REPORT, tags: { code: SENTENCE } }),
      [400, 'invalid_request'],
    ],
    [
      'more than fits',
      (dsn) => envelope(dsn, { ...REPORT, more: 'x'.repeat(MAX_REPORT_BYTES) }),
      [413, 'payload_too_large'],
    ],
  ])('that hold %s are refused', async (_, body, refusal) => {
    const { sentry, relay } = await start();
    expect(await refusalOf(await post(relay, body(sentry.dsn)))).toEqual(refusal);
    expect(sentry.requests.lines).toEqual([]);
    expect(relay.logs.lines.join()).not.toContain('emerald');
  });

  it('of one address are limited, apart from all else that it asks for', async () => {
    const { sentry, relay } = await start();
    const answers = [];
    for (let sent = 0; sent < 31; sent++) answers.push(await post(relay, envelope(sentry.dsn)));
    expect(answers.slice(0, 30).map(({ status }) => status)).toEqual(Array(30).fill(204));
    const last = answers[30]!;
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refusalOf(last)).toEqual([429, 'rate_limited']);
    expect((await fetch(new URL(API_PATHS.auth, relay.url))).status).toBe(200);
  });

  it('that Sentry refuses for now are refused for as long', async () => {
    const { sentry, relay } = await start();
    sentry.status = 429;
    expect(await refusalOf(await post(relay, envelope(sentry.dsn)))).toEqual([
      502,
      'report_failed',
    ]);
    const next = await post(relay, envelope(sentry.dsn));
    expect(Number(next.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(await refusalOf(next)).toEqual([429, 'rate_limited']);
    expect(sentry.requests.lines).toHaveLength(1);
    expect(await relay.logs.until('error reports are lost')).toContain('"of":"page"');
  });

  it('that Sentry does not answer fail after a while, and hold up no end of the relay', async () => {
    const { sentry, relay } = await start();
    sentry.status = 0;
    const waiting = post(relay, envelope(sentry.dsn)).catch(() => undefined);
    await sentry.requests.until('worker_failed');
    const startMs = performance.now();
    await relay[Symbol.asyncDispose]();
    await waiting;
    expect(performance.now() - startMs).toBeLessThan(4_000);
  });

  it('go nowhere unless that is set, and pages are told of nowhere', async () => {
    const { sentry, relay } = await start({ SENTRY_PAGE_DSN: '', SENTRY_DSN: '' });
    const options = await (await fetch(new URL(API_PATHS.auth, relay.url))).json();
    expect(options).not.toHaveProperty('error_reports');
    expect(await refusalOf(await post(relay, envelope(sentry.dsn)))).toEqual([404, 'not_found']);
  });

  it('keep the secret of old projects from pages', async () => {
    const { sentry, relay } = await start({
      SENTRY_PAGE_DSN: 'https://abc123:c0ffee@sentry.example/42',
    });
    const options = await (await fetch(new URL(API_PATHS.auth, relay.url))).text();
    expect(options).toContain('https://abc123@sentry.example/42');
    expect(options).not.toContain('c0ffee');
    expect(sentry.requests.lines).toEqual([]);
  });
});
