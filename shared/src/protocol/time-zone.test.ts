import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { clientEventSchemas } from './client-events.ts';
import { createSessionRequestSchema } from './http-api.ts';

/** What `ownTimeZone` says in a process whose system has this setting. */
function zoneWith(TZ: string): string {
  const script = `import(${JSON.stringify(new URL('time-zone.ts', import.meta.url).href)})
    .then(({ ownTimeZone }) => console.log(ownTimeZone()))`;
  return execFileSync(process.execPath, ['-e', script], {
    env: { ...process.env, TZ },
    encoding: 'utf8',
  }).trim();
}

test('the own time zone is that of the system, or none', () => {
  expect(zoneWith('Asia/Kolkata')).toMatch(/^Asia\/(Kolkata|Calcutta)$/);
  // Node says `Etc/Unknown` to it, as Chromium does to a zone there is not.
  expect(zoneWith('')).toBe('undefined');
  expect(zoneWith('Foo/Bar')).toBe('undefined');
});

test.each(['Etc/Unknown', 'Foo/Bar', '', 'x'.repeat(200), 7, null, {}])(
  'a time zone %j counts as absent, and nothing else of the message',
  (zone) => {
    const session = { voice: 'slt', time_zone: zone };
    expect(createSessionRequestSchema.parse(session)).toEqual({ voice: 'slt' });
    const update = { type: 'session.update', session };
    expect(clientEventSchemas['session.update'].parse(update).session).toEqual({ voice: 'slt' });
  },
);

test('a time zone may be a name or an offset', () => {
  for (const zone of ['Europe/Berlin', 'UTC', '+05:30', 'America/Argentina/ComodRivadavia'])
    expect(createSessionRequestSchema.parse({ time_zone: zone })).toEqual({ time_zone: zone });
});
