import { MAX_TEXT_CHARACTERS } from '@parley/shared';
import { LINE_CHOICES, type LineChoice } from '@parley/shared/link/line-state';
import { parseCommandLine, relayUrlOf, UsageError } from '../tools/command-line.ts';

export const TALK_USAGE = `Talks to a Parley server from the terminal.

  npm run talk -- FILE.wav … [--text "…"] [options]
  npm run talk -- --replay FILE [--url URL] [--json]

Each WAV file and each text is one turn of one session, in the order given. A file is spoken in
real time, from the first sound in it to the last; pauses within belong to the turn. Any sample
rate, mono or stereo, 8 to 32 bits or floating point.

  --text TEXT      a typed turn; may be given several times
  --url URL        where the server is (default http://localhost:8787)
  --token TOKEN    bearer token; without one a new guest signs in
  --access-code CODE  what the server asks guests for, if it does
  --replay FILE    plays the client's side of a flight recording at its own pace, lost connections
                   included, instead of turns, and prints how the call differs from the recorded
                   one: words, order of turns, interruptions, ends of replies, errors, delays
  --tolerance MS   by how much delays of a replay may differ (default 500)
  --voice ID       one of the server's voices
  --language TAG   what is spoken and answered in, e.g. de: one of the server's languages
  --codec CODEC    how speech is sent: pcm16, opus, or auto, which is opus on slow lines (default)
  --out FILE.wav   writes the spoken replies, one after the other, to a file
  --record FILE    writes a flight recording of the call: what was sent, speech included, and
                   what the server sent, with times (docs/flight-recorder.md)
  --wait SECONDS   stays after the last turn, for replies that come unasked (a timer that rings)
  --json           one JSON object a line for each turn, and nothing else on standard output
  --help           shows this

Exit status: 0 all turns were answered, or the replay was like the recording; 1 a turn ended in an
error, the replay differed, or the server could not be reached; 2 the options or a file are not
usable.
`;

export type TalkTurn =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'text'; readonly text: string };

export interface TalkOptions {
  readonly turns: readonly TalkTurn[];
  readonly url: string;
  readonly token: string | undefined;
  readonly accessCode: string | undefined;
  readonly voice: string | undefined;
  /** BCP 47; of a replay, in the place of the recorded one. */
  readonly language: string | undefined;
  readonly line: LineChoice;
  readonly outPath: string | undefined;
  readonly recordPath: string | undefined;
  /** A recording to replay, in the place of turns. */
  readonly replayPath: string | undefined;
  readonly toleranceMs: number;
  readonly waitMs: number;
  readonly isJson: boolean;
}

/** Delays of one and the same relay differ by a few tens of ms; those of vendors by more. */
const DEFAULT_TOLERANCE_MS = 500;
/** Longest `--wait`, s: longer than any session lasts. */
const MAX_WAIT_S = 86_400;

/**
 * Reads the command line.
 *
 * @returns `help` where that is what was asked for
 * @throws UsageError
 */
export function parseTalkOptions(commandLine: readonly string[]): TalkOptions | 'help' {
  const { values, tokens } = parseCommandLine({
    args: [...commandLine],
    allowPositionals: true,
    tokens: true,
    options: {
      text: { type: 'string', multiple: true },
      url: { type: 'string', default: 'http://localhost:8787' },
      token: { type: 'string' },
      'access-code': { type: 'string' },
      voice: { type: 'string' },
      language: { type: 'string' },
      codec: { type: 'string' },
      out: { type: 'string' },
      record: { type: 'string' },
      replay: { type: 'string' },
      tolerance: { type: 'string' },
      wait: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  const turns = tokens.flatMap((token): TalkTurn[] => {
    if (token.kind === 'positional') return [{ kind: 'file', path: token.value }];
    return token.kind === 'option' && token.name === 'text'
      ? [{ kind: 'text', text: textOf(token.value ?? '') }]
      : [];
  });
  const waitMs = waitOf(values.wait);
  const { replay: replayPath } = values;
  requireOneTask(turns, waitMs, replayPath);
  if (replayPath !== undefined && (values.out ?? values.record) !== undefined) {
    throw new UsageError('--replay: takes neither --out nor --record.');
  }
  return {
    turns,
    url: relayUrlOf(values.url),
    token: values.token,
    accessCode: values['access-code'],
    voice: values.voice,
    language: values.language,
    line: lineOf(values.codec),
    outPath: values.out,
    recordPath: values.record,
    replayPath,
    toleranceMs: toleranceOf(values.tolerance),
    waitMs,
    isJson: values.json,
  };
}

function requireOneTask(
  turns: readonly TalkTurn[],
  waitMs: number,
  replayPath: string | undefined,
): void {
  const isTalk = turns.length > 0 || waitMs > 0;
  if (replayPath === undefined && !isTalk) {
    throw new UsageError('There is nothing to say: name a WAV file, or give a --text.');
  }
  if (replayPath !== undefined && isTalk) {
    throw new UsageError('--replay: takes no turns beside those of the recording.');
  }
}

function lineOf(value = 'auto'): LineChoice {
  const choice = LINE_CHOICES.find((one) => one === value);
  if (choice !== undefined) return choice;
  const expected = LINE_CHOICES.join(', ');
  throw new UsageError(`--codec: found ${JSON.stringify(value)}, expected one of ${expected}.`);
}

function toleranceOf(value: string | undefined): number {
  if (value === undefined) return DEFAULT_TOLERANCE_MS;
  const ms = Number(value);
  if (value.trim() === '' || !(ms >= 0)) {
    throw new UsageError(`--tolerance: found ${JSON.stringify(value)}, expected milliseconds.`);
  }
  return ms;
}

function textOf(value: string): string {
  const text = value.trim();
  if (text === '') throw new UsageError('--text: there is nothing in it to say.');
  if (text.length > MAX_TEXT_CHARACTERS) {
    throw new UsageError(`--text: longer than ${MAX_TEXT_CHARACTERS} characters.`);
  }
  return text;
}

function waitOf(value: string | undefined): number {
  if (value === undefined) return 0;
  const seconds = Number(value);
  if (value.trim() === '' || !(seconds >= 0 && seconds <= MAX_WAIT_S)) {
    throw new UsageError(
      `--wait: found ${JSON.stringify(value)}, expected seconds, 0 to ${MAX_WAIT_S}.`,
    );
  }
  return seconds * 1_000;
}
