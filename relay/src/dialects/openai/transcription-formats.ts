import type { Segment } from './transcribe.ts';

/** All that was heard in a recording. */
export interface RecordingText {
  readonly segments: readonly Segment[];
  readonly durationMs: number;
  /** BCP 47. */
  readonly language: string;
}

interface Format {
  readonly contentType: string;
  readonly write: (transcript: RecordingText) => string;
}

const seconds = (ms: number) => Math.round(ms) / 1_000;
const names = new Intl.DisplayNames('en', { type: 'language' });

export function joinedText({ segments }: Pick<RecordingText, 'segments'>): string {
  return segments.map(({ text }) => text).join(' ');
}

export function lengthUsage({ durationMs }: Pick<RecordingText, 'durationMs'>) {
  return { type: 'duration', seconds: Math.ceil(durationMs / 1_000) };
}

/** Of `response_format`, as OpenAI writes them. */
export const FORMATS = {
  json: {
    contentType: 'application/json',
    write: (transcript) =>
      JSON.stringify({ text: joinedText(transcript), usage: lengthUsage(transcript) }),
  },
  verbose_json: { contentType: 'application/json', write: verbose },
  text: { contentType: 'text/plain; charset=utf-8', write: (heard) => `${joinedText(heard)}\n` },
  srt: {
    contentType: 'text/plain; charset=utf-8',
    write: ({ segments }) =>
      segments.map((segment, i) => `${i + 1}\n${cue(segment, ',')}\n\n`).join(''),
  },
  vtt: {
    contentType: 'text/vtt; charset=utf-8',
    write: ({ segments }) =>
      `WEBVTT\n\n${segments.map((segment) => `${cue(segment, '.')}\n\n`).join('')}`,
  },
} as const satisfies Record<string, Format>;

/** What the relay does not know of a segment has the value that says least. */
function verbose(transcript: RecordingText): string {
  const { segments, durationMs, language } = transcript;
  return JSON.stringify({
    task: 'transcribe',
    language: names.of(language.split('-')[0]!)?.toLowerCase() ?? language,
    duration: seconds(durationMs),
    text: joinedText(transcript),
    segments: segments.map(({ startMs, endMs, text }, id) => ({
      ...{ id, seek: 0, start: seconds(startMs), end: seconds(endMs), text, tokens: [] },
      ...{ temperature: 0, avg_logprob: 0, compression_ratio: 1, no_speech_prob: 0 },
    })),
    usage: lengthUsage(transcript),
  });
}

function cue({ startMs, endMs, text }: Segment, decimal: ',' | '.'): string {
  const time = (ms: number) => new Date(ms).toISOString().slice(11, 23).replace('.', decimal);
  return `${time(startMs)} --> ${time(endMs)}\n${text}`;
}
