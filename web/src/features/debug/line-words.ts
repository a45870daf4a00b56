import type { MediaStats } from '../../client/index.ts';

type Line = MediaStats['line'];

const CODECS = { pcm16: 'PCM16', opus: 'Opus' } as const satisfies Record<Line['codec'], string>;

const REASONS = {
  chosen: 'chosen',
  unsupported: 'no Opus here or in the relay',
  'saves-data': 'saves data',
  late: 'the line is late',
  good: 'the line is good',
} as const satisfies Record<Line['reason'], string>;

const MINUTE_MS = 60_000;

/** What is known of the line, by name. */
export function lineFigures(stats: readonly MediaStats[]): readonly (readonly [string, string])[] {
  const line = stats.at(-1)?.line;
  if (line === undefined) return [];
  return [
    ['Speech', `${CODECS[line.codec]}: ${REASONS[line.reason]}`],
    ['Sent', `${Math.round(bytesAMinute(stats) / 1_000)} kB/min`],
    ['Sockets', `${line.sockets}`],
    ['Loss, about', `${Math.round(line.loss * 100)} %`],
  ];
}

/** What was sent in the last minute, or at that pace in a shorter time. */
export function bytesAMinute(stats: readonly MediaStats[]): number {
  const last = stats.at(-1);
  const first = stats.find(({ atMs }) => last !== undefined && atMs >= last.atMs - MINUTE_MS);
  if (last === undefined || first === undefined || first === last) return 0;
  return ((last.bytesSent - first.bytesSent) * MINUTE_MS) / (last.atMs - first.atMs);
}
