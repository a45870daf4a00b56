import type { FlightStatus } from './use-flight.ts';

const MB = 1_000_000;

/** What the recorder holds, in a sentence. */
export function flightWords(status: FlightStatus | null): string {
  if (status === null || status.bytes === 0) {
    return 'Keeps the last ten minutes of a call in this page. There was no call yet.';
  }
  const { durationMs, bytes, hasAudioConsent } = status;
  const seconds = Math.round(durationMs / 1_000);
  const minutes = Math.floor(seconds / 60);
  const duration = minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
  const what = hasAudioConsent
    ? 'what was said in words, and your audio'
    : 'what was said in words';
  return `Holds the last ${duration} of the call, ${(bytes / MB).toFixed(1)} MB: events, decisions, ${what}.`;
}

/** A name that sorts by time, without what file systems refuse. */
export function flightFileName(now: Date): string {
  const instant = now.toISOString().slice(0, 19).replaceAll(':', '-');
  return `parley-${instant}.flight.jsonl`;
}
