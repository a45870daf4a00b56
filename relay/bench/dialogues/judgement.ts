import type { Dialogue, Observation } from './dialogue.ts';

/** What became of one utterance. */
export interface Outcome {
  readonly dialogue: string;
  readonly kind: Dialogue['kind'];
  readonly text: string;
  readonly verdict:
    | 'fine'
    /** The assistant answered, or spoke, before the person had finished. */
    | 'cut-off'
    /** A reply ended that should have gone on. */
    | 'false-barge-in'
    /** A reply went on that should have ended, or something was said after "stop". */
    | 'missed-stop'
    | 'unanswered'
    | 'failed';
  /** The turn was taken as over too early, even if that was taken back in time. */
  readonly endedEarly: boolean;
  /** From the last moment of speech to the end of the turn; undefined if that came too early. */
  readonly endpointingMs: number | undefined;
  /** The utterance only leads to the tried one, as the same words do in many dialogues. */
  readonly isOpening: boolean;
  /** The reply that was heard was to go on. */
  readonly isListening: boolean;
  /** From the first moment of speech to silence, of what interrupts. */
  readonly silenceMs: number | undefined;
}

/** Clocks, and the end of speech in the samples, are not known better. */
const SLACK_MS = 60;
/** A reply's end belongs to what was said over it if it comes until then. */
const OVER_REPLY_MS = 3_000;

/** Compares what happened with what was to happen. Pure. */
export function judgeDialogue(dialogue: Dialogue, seen: Observation): readonly Outcome[] {
  return dialogue.utterances.map((utterance, index) => {
    const text = utterance.parts
      .map((part) => (typeof part === 'string' ? part : `(${part})`))
      .join(' ');
    const next = dialogue.utterances[index + 1];
    const isHeardOut = next !== undefined && 'after' in next.at;
    const common = {
      dialogue: dialogue.name,
      kind: dialogue.kind,
      text,
      isOpening: next !== undefined,
      isListening: utterance.expects === 'listening' || isHeardOut,
      endedEarly: false,
      endpointingMs: undefined,
      silenceMs: undefined,
    };
    const span = seen.utterances[index];
    if (span === undefined) return { ...common, verdict: 'failed' };
    const untilMs = seen.utterances[index + 1]?.startMs ?? Number.POSITIVE_INFINITY;
    switch (utterance.expects) {
      case 'answer':
        if (isHeardOut) {
          // A reply that broke off although nothing was said over it.
          const isCut = seen.flushedMs.some((ms) => ms > span.endMs && ms < untilMs);
          if (isCut) return { ...common, verdict: 'false-barge-in' };
        }
        return { ...common, ...judgeTurn(span, untilMs, 'over' in utterance.at, seen) };
      case 'listening': {
        const isCut = seen.flushedMs.some((ms) => ms > span.startMs && ms < untilMs);
        return { ...common, verdict: isCut ? 'false-barge-in' : 'fine' };
      }
      case 'silence': {
        const flushedMs = seen.flushedMs.find(
          (ms) => ms > span.startMs && ms < span.endMs + OVER_REPLY_MS,
        );
        const speaksAfter = seen.voice.some(
          ({ startMs }) => startMs > span.endMs + SLACK_MS && startMs < untilMs,
        );
        const isMissed = flushedMs === undefined || speaksAfter;
        const silentMs = seen.voice.find(({ endMs }) => endMs > span.startMs)?.endMs;
        return {
          ...common,
          verdict: isMissed ? 'missed-stop' : 'fine',
          silenceMs: silentMs === undefined ? undefined : silentMs - span.startMs,
        };
      }
    }
  });
}

function judgeTurn(
  { startMs, endMs }: Observation['utterances'][number],
  untilMs: number,
  isOverReply: boolean,
  { turnEnds, voice, answers, flushedMs }: Observation,
): Pick<Outcome, 'verdict' | 'endedEarly' | 'endpointingMs' | 'silenceMs'> {
  const within = turnEnds.filter(({ atMs }) => atMs > startMs && atMs < untilMs);
  const endedEarly = within.some(({ atMs }) => atMs < endMs - SLACK_MS);
  const end = within.find(({ atMs }) => atMs >= endMs - SLACK_MS);
  const heard = voice.filter((span) => span.startMs > startMs && span.startMs < untilMs);
  const spokeOver = heard.some((span) => span.startMs < endMs - SLACK_MS);
  const answered = answers.findLast(({ atMs }) => atMs > startMs && atMs < untilMs);
  // An answer to the first part alone, although more was said.
  const isPartial =
    endedEarly && (end === undefined || (answered?.utterance ?? -1) < end.utterance);
  const endpointingMs = end === undefined ? undefined : end.atMs - endMs;
  const silentMs = isOverReply ? flushedMs.find((ms) => ms > startMs) : undefined;
  const silenceMs = silentMs === undefined ? undefined : silentMs - startMs;
  const figures = { endedEarly, endpointingMs, silenceMs };
  // A voice that goes on under the person's own words is not a new one.
  if (isPartial || (spokeOver && !isOverReply)) return { ...figures, verdict: 'cut-off' };
  if (isOverReply && silenceMs === undefined) return { ...figures, verdict: 'missed-stop' };
  return { ...figures, verdict: heard.length === 0 ? 'unanswered' : 'fine' };
}
