import { timeText } from '../../lib/dates.ts';
import type { CallState, Outage } from '../../client/index.ts';

/** In a conversation, a shorter silence of the relay is a reconnection: the line of state shows it. */
const LONG_MS = 10_000;

export function isOutageShown({ outage, session }: CallState, nowMs: number): boolean {
  return outage !== null && (session === null || nowMs - outage.sinceMs >= LONG_MS);
}

/** “Next try in 8 s”, or that one runs. */
export function nextTryText({ nextTryAtMs }: Outage, nowMs: number): string {
  const seconds = nextTryAtMs === null ? 0 : Math.ceil((nextTryAtMs - nowMs) / 1_000);
  return seconds > 0 ? `Next try in ${seconds} s` : 'Trying now';
}

/**
 * What an outage costs, and until when it costs nothing. The page keeps the last 1,024 messages,
 * of which ten a second are speech.
 */
export function keptText({ session, outage, microphone }: CallState, nowMs: number): string {
  const what = microphone.kind === 'granted' ? 'say (up to a minute and a half) or type' : 'type';
  const kept = `What you ${what} is kept and sent later.`;
  if (session === null || outage === null) return kept;
  const lostAtMs = outage.sinceMs + session.limits.resume_window_ms;
  return nowMs < lostAtMs
    ? `${kept} The call waits for you until ${timeText(lostAtMs)}.`
    : `${kept} The server has let the call go: another begins, and what is written here stays.`;
}
