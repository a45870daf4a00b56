import type { ErrorEvent, Exception, StackFrame } from '@sentry/browser';
import { describe, expect, it } from 'vitest';
import { pageReportSchema } from '@parley/shared/report-api';
import { harmlessReport, type ReportContext } from './start-error-reports.ts';

const SENTENCE = 'the emerald lies under the lemon tree';
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJndWVzdF8xIn0.c2lnbmF0dXJl';
const ORIGIN = 'https://page.example';
const CONTEXT: ReportContext = {
  origin: ORIGIN,
  release: 'parley@1.2.3',
  sessionId: 'sess_0123456789abcdef',
  code: undefined,
};
const OWN: StackFrame = {
  filename: `${ORIGIN}/assets/index-abc.js`,
  function: 'render',
  lineno: 1,
  colno: 2_345,
  in_app: true,
};

function eventOf(error: Exception, more: Partial<ErrorEvent> = {}): ErrorEvent {
  return {
    type: undefined,
    event_id: '0123456789abcdef0123456789abcdef',
    timestamp: 1_795_000_000.5,
    level: 'error',
    exception: { values: [{ stacktrace: { frames: [OWN] }, ...error }] },
    ...more,
  };
}

function reportOf(error: Exception, context: Partial<ReportContext> = {}) {
  const report = harmlessReport(eventOf(error), { ...CONTEXT, ...context });
  if (report === null) throw new Error('It is not reported.');
  // A report that the relay would refuse is useless.
  expect(pageReportSchema.parse(report)).toEqual(report);
  return report;
}

const messageOf = (type: string, value: string) => reportOf({ type, value }).exception.values[0];

describe('a harmless report', () => {
  it('says what, where and in which call', () => {
    const error = {
      type: 'TypeError',
      value: "Cannot read properties of undefined (reading 'send')",
      mechanism: { type: 'auto.browser.global_handlers.onunhandledrejection', handled: false },
    };
    expect(reportOf(error, { code: 'worker_failed' })).toEqual({
      event_id: '0123456789abcdef0123456789abcdef',
      timestamp: 1_795_000_000.5,
      platform: 'javascript',
      level: 'error',
      release: 'parley@1.2.3',
      tags: { code: 'worker_failed', sessionId: 'sess_0123456789abcdef' },
      exception: {
        values: [
          {
            ...error,
            mechanism: { type: 'onunhandledrejection', handled: false },
            stacktrace: {
              frames: [
                {
                  filename: 'app:///assets/index-abc.js',
                  function: 'render',
                  lineno: 1,
                  colno: 2_345,
                  in_app: true,
                },
              ],
            },
          },
        ],
      },
    });
  });

  it.each([
    ['TypeError', "Cannot read properties of null (reading 'port')"],
    ['TypeError', 'a.b is not a function'],
    ['TypeError', "undefined is not an object (evaluating 'e.port.postMessage')"],
    ['TypeError', 'can\'t access property "port", e is undefined'],
    ['ReferenceError', "Can't find variable: AudioWorkletNode"],
    ['RangeError', 'Maximum call stack size exceeded'],
  ])('keeps what the browser itself says: %s: %s', (type, value) => {
    expect(messageOf(type, value)).toMatchObject({ type, value });
  });

  it('keeps the number of an error of React, without its arguments', () => {
    const message = `Minified React error #418; visit https://react.dev/errors/418?args[]=${TOKEN}`;
    expect(messageOf('Error', message)).toMatchObject({ value: 'Minified React error #418' });
  });

  it.each([
    ['a sentence', 'Error', `Cannot show "${SENTENCE}"`],
    ['a sentence that looks like the browser’s', 'Error', 'emerald is not defined'],
    ['a token', 'TypeError', `Invalid header value ${TOKEN}`],
    ['an address', 'TypeError', `Failed to fetch ${ORIGIN}/history?query=emerald`],
    ['a sentence for a type', SENTENCE, 'x is not a function'],
    ['a sentence around a name', 'TypeError', `${SENTENCE} is not a function`],
    ['a rejected sentence', 'UnhandledRejection', `Non-Error promise rejection: ${SENTENCE}`],
  ])('withholds %s', (_, type, value) => {
    const text = JSON.stringify(reportOf({ type, value }));
    for (const planted of ['emerald', 'lemon', TOKEN, '/history'])
      expect(text).not.toContain(planted);
    expect(text).toContain('The message is not sent.');
  });

  it('names scripts without host and query, and no other addresses', () => {
    const frames: StackFrame[] = [
      { filename: `${ORIGIN}/history/conv_1`, function: SENTENCE },
      { filename: `https://elsewhere.example/lib.js?token=${TOKEN}`, function: 'f' },
      { filename: `${ORIGIN}/assets/index.js?token=${TOKEN}#emerald`, function: 'async g' },
      OWN,
    ];
    const report = reportOf({ type: 'Error', stacktrace: { frames } });
    expect(report.exception.values[0]!.stacktrace!.frames).toMatchObject([
      { filename: '?', function: '?', in_app: false },
      { filename: '?', function: 'f', in_app: false },
      { filename: 'app:///assets/index.js', function: '?', in_app: true },
      { filename: 'app:///assets/index-abc.js', function: 'render', in_app: true },
    ]);
  });

  it('holds nothing else that the library may have gathered', () => {
    const event = eventOf(
      { type: 'Error' },
      {
        message: SENTENCE,
        user: { id: 'guest_1', ip_address: '203.0.113.7', email: SENTENCE },
        request: { url: `${ORIGIN}/?token=${TOKEN}`, headers: { cookie: TOKEN } },
        breadcrumbs: [{ message: SENTENCE }],
        contexts: { culture: { locale: SENTENCE } },
        extra: { serialized: SENTENCE },
        tags: { said: SENTENCE },
        transaction: '/history/conv_1',
      },
    );
    const report = harmlessReport(event, { ...CONTEXT, code: SENTENCE, sessionId: TOKEN });
    expect(Object.keys(report!).toSorted()).toEqual([
      'event_id',
      'exception',
      'level',
      'platform',
      'release',
      'tags',
      'timestamp',
    ]);
    expect(report!.tags).toEqual({});
    const text = JSON.stringify(report);
    for (const planted of ['emerald', TOKEN, '203.0.113.7', 'conv_1', 'page.example']) {
      expect(text).not.toContain(planted);
    }
  });

  it('bounds what it holds', () => {
    const frames = Array.from({ length: 200 }, (_, line) => ({ ...OWN, lineno: line }));
    const error = { type: 'Error', stacktrace: { frames } };
    const event = eventOf({}, { exception: { values: Array.from({ length: 9 }, () => error) } });
    const report = harmlessReport(event, CONTEXT)!;
    expect(report.exception.values).toHaveLength(5);
    const kept = report.exception.values[0]!.stacktrace!.frames;
    // The innermost are last.
    expect([kept.length, kept.at(-1)!.lineno]).toEqual([50, 199]);
  });

  it('is not made of what fails in an extension, nor of what is no error', () => {
    const frames = [{ filename: 'chrome-extension://abcdef/content.js' }];
    const others = eventOf({ type: 'Error', stacktrace: { frames } });
    expect(harmlessReport(others, CONTEXT)).toBeNull();
    expect(harmlessReport(eventOf({}, { exception: { values: [] } }), CONTEXT)).toBeNull();
  });
});
