import { expect, it } from 'vitest';
import { readConfig } from './config.ts';

it('nothing leaves the relay unless it is configured', () => {
  expect(readConfig({}).log).toEqual({ file: undefined, traces: undefined, sentry: undefined });
});

it('reads a collector’s address, with or without a slash, and its headers', () => {
  const { traces } = readConfig({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otel.example/in/',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20a%3Db, x-team=voice',
  }).log;
  expect(traces).toEqual({
    url: 'https://otel.example/in/v1/traces',
    headers: { authorization: 'Bearer a=b', 'x-team': 'voice' },
    serviceName: 'parley',
  });
});

it.each([
  [
    'https://abc123@o1.ingest.sentry.example/42',
    'https://o1.ingest.sentry.example/api/42/envelope/',
  ],
  ['http://abc123@localhost:9000/below/7', 'http://localhost:9000/below/api/7/envelope/'],
])('reads %s', (SENTRY_DSN, url) => {
  expect(readConfig({ SENTRY_DSN }).log.sentry).toEqual({
    url,
    key: 'abc123',
    environment: 'production',
  });
});

it.each([
  { SENTRY_DSN: 'https://sentry.example/42' },
  { SENTRY_DSN: 'https://abc123@sentry.example/project' },
  { OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4317' },
  { OTEL_EXPORTER_OTLP_HEADERS: 'a-secret-key' },
  { OTEL_EXPORTER_OTLP_HEADERS: 'key=%E0%A4%A' },
  { OTEL_EXPORTER_OTLP_HEADERS: 'key=%FF' },
  { OTEL_EXPORTER_OTLP_HEADERS: 'key=a%0D%0Ahost:b' },
])('refuses %j, and repeats no secret', (environment) => {
  const read = () => readConfig(environment);
  expect(read).toThrow(Object.keys(environment)[0]);
  expect(read).not.toThrow('abc123');
  expect(read).not.toThrow('a-secret-key');
});
