import type { EchoNote, MonologueCall } from './laboratory.ts';

/** The voice goes on if so much more of it was played than when it was held. */
const GOES_ON_MS = 250;

export interface MonologueFigures {
  readonly speechMs: number;
  readonly answers: number;
  /** Answers that ended while the person was silent. */
  readonly falseBargeIns: number;
  /** Of these, first answers of their calls. */
  readonly firstFalseBargeIns: number;
  /** How often the voice was held while the person was silent, and went on; and for how long. */
  readonly holds: number;
  readonly heldMs: number;
  /** What was understood of the echo. */
  readonly heard: readonly string[];
}

/** An answer that is being heard. */
interface Answer {
  readonly responseId: string;
  playedMs: number;
  hold: { readonly atMs: number; readonly playedMs: number } | undefined;
}

/** What a call in which the person only asks shows of echo: nothing, if all is well. */
export function judgeMonologue({ notes, questionsMs }: MonologueCall): MonologueFigures {
  let answer: Answer | undefined;
  let ended = 0;
  const held: number[] = [];
  const played = new Map<string, number>();
  const falseBargeIns: string[] = [];
  const heard: string[] = [];
  const isAsking = ({ atMs }: EchoNote) =>
    questionsMs.some(({ startMs, endMs }) => atMs >= startMs && atMs <= endMs);
  const goOn = (atMs: number) => {
    if (answer?.hold === undefined) return;
    held.push(atMs - answer.hold.atMs);
    answer.hold = undefined;
  };
  for (const note of notes) {
    switch (note.type) {
      case 'progress':
        played.set(note.responseId, note.playedMs);
        if (answer?.responseId === note.responseId) answer.playedMs = note.playedMs;
        else answer = { ...note, hold: undefined };
        if (answer.hold && note.playedMs > answer.hold.playedMs + GOES_ON_MS) goOn(note.atMs);
        break;
      case 'vad':
        if (note.name === 'suspected' || note.name === 'started') {
          const { atMs } = note;
          if (answer && !isAsking(note)) answer.hold ??= { atMs, playedMs: answer.playedMs };
        } else if (note.name === 'dismissed' || note.name === 'backchannel') goOn(note.atMs);
        break;
      case 'ended':
        if (note.heardMs > 0) {
          played.set(note.responseId, note.heardMs);
          if (note.status === 'cancelled' && !isAsking(note)) falseBargeIns.push(note.responseId);
          ended += 1;
        }
        if (answer?.responseId !== note.responseId) break;
        if (note.status === 'completed') goOn(note.atMs);
        answer = undefined;
        break;
      case 'heard':
        if (!isAsking(note)) heard.push(note.text);
        break;
    }
  }
  const [first] = played.keys();
  return {
    speechMs: [...played.values()].reduce((sum, ms) => sum + ms, 0),
    answers: Math.max(ended, played.size),
    falseBargeIns: falseBargeIns.length,
    firstFalseBargeIns: falseBargeIns.filter((id) => id === first).length,
    holds: held.length,
    heldMs: held.reduce((sum, ms) => sum + ms, 0),
    heard,
  };
}
