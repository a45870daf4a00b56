import fc from 'fast-check';
import { expect, it } from 'vitest';
import { instantsAt, localMs, MINUTE_MS } from './local-time.ts';

const ZONES = 'UTC Europe/Berlin America/New_York Australia/Lord_Howe Pacific/Apia Asia/Kathmandu';
const minute = fc
  .integer({ min: Date.UTC(2009, 0) / MINUTE_MS, max: Date.UTC(2030, 0) / MINUTE_MS })
  .map((minutes) => new Date(minutes * MINUTE_MS));

it.each(ZONES.split(' '))('every minute in %s is found by what its clocks show', (zone) => {
  fc.assert(
    fc.property(minute, (instant) => {
      expect(instantsAt(localMs(instant, zone), zone)).toContainEqual(instant);
    }),
  );
});

it.each([
  ['twice', 'Europe/Berlin', '2026-10-25T02:30Z', ['2026-10-25T00:30Z', '2026-10-25T01:30Z']],
  ['twice', 'Australia/Lord_Howe', '2026-04-05T01:40Z', ['2026-04-04T14:40Z', '2026-04-04T15:10Z']],
  ['never', 'America/New_York', '2026-03-08T02:30Z', ['2026-03-08T07:30Z']],
  ['never', 'Pacific/Apia', '2011-12-30T12:00Z', ['2011-12-30T22:00Z']],
  ['once', 'Europe/Berlin', '2026-10-25T03:00Z', ['2026-10-25T02:00Z']],
  ['once', 'Europe/Berlin', '2026-03-29T01:59Z', ['2026-03-29T00:59Z']],
])('a time that is shown %s in %s: %s', (_, zone, local, expected) => {
  const instants = instantsAt(Date.parse(local), zone);
  expect(instants).toEqual(expected.map((instant) => new Date(instant)));
});
