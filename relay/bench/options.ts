import { parseCommandLine, UsageError } from '../tools/command-line.ts';
import { baselineOf, type Baseline } from './relay/baseline.ts';
import { ECHO_BROWSERS, type EchoBrowser } from './echo/laboratory.ts';
import { DIALOGUE_KINDS, type DialogueKind } from './dialogues/dialogue.ts';

export const BENCH_USAGE = `Measures Parley on this machine, against a baseline in the same run.

  npm run bench -- relay [--sessions N] [--json]
      What forwarding a chunk of audio costs: the relay as people run it, with a vendor's adapter
      to the simulator of Deepgram's Nova, in turn with a bare WebSocket pipe to the same.
      1,000 sessions if N is not given (without --json 500 before that), 10 chunks a second in
      utterances of ten seconds with pauses.
  npm run bench -- turn [--talkers N] [--json]
      What the relay adds to a turn, over providers with known delays. 50 talkers if N is not
      given (without --json 1 and 200 as well).

  npm run bench -- start [--rounds N] [--json]
      What a Parley without callers takes: time until npm start is ready, memory 20 s later of all
      its processes, without keys and with one for every stage, what is installed, and what a browser
      loads first. Medians of 3 rounds if N is not given.

  npm run bench -- load [--connections N] [--messages N] [--users N] [--minutes N] [--json]
      What people notice of many others: 50 connections that send 100 text messages each, then 100
      people who talk for one minute, with accounts, limits, metering and storage on.

  npm run bench -- callers [--users N] [--minutes N] [--json]
      8 people who talk at the same time to the built-in recogniser, assistant and voice, for one
      minute, then again beside sessions that take as much of the recognisers as they can.

  npm run bench -- outage [--seconds N] [--sessions N] [--json]
      Whether turns are stored once, and how long people wait, if the server of the database is
      stopped for 60 seconds while 20 people talk. It needs Postgres's programs.

  npm run bench -- dialogues [--only KIND] [--json]
      Turn-taking: how often people are cut off, how often a reply ends without cause, how long the
      end of a turn takes. Scripted people with synthetic voices talk to the page's detector and
      the embedded providers, beside a page that waits for a fixed 480 ms.

  npm run bench -- phrasings [--json]
      How people are understood without a key: some 220 phrasings in three synthetic voices, through
      the embedded recogniser and assistant; every failure is listed.

  npm run bench -- noise [--clips DIR] [--seed N] [--json]
      How people are understood without a key in a noisy room: sentences in three synthetic voices,
      in pink noise and among other voices, from clean to 15 dB; free speech and noise alone.

  npm run bench -- web [--json]
      The page in Chromium: what it loads, how soon it listens, what it costs its main thread, how
      soon it answers over providers with known delays, and how soon speech silences it.

  npm run bench -- echo [--minutes N] [--browser chromium] [--json]
      Whether Parley hears itself: the page in a real browser and in a room whose microphone hears
      the speaker at several levels. 10 minutes of answers to a silent person, in which nothing may
      end or hold them; then another voice talks over answers, at each level 12 times (in shorter
      runs fewer) and with headphones 10 times: how soon the speaker is silent.

  npm run bench -- lighthouse [--json]
      Lighthouse's scores of the page on a phone: performance, accessibility, best practices. It is
      fetched from the registry when it is not there.

  npm run bench -- chaos [--minutes N] [--seed N] [--json]
      Whether anything is lost, doubled or out of order if connections are cut, reset, stalled,
      half open and lossy at random moments: 20 minutes of speech, in many calls at a time, over
      such lines and over good ones. A seed repeats the faults.

  npm run bench -- soak [--turns N] [--json]
      Whether memory, a socket or a timer is left after 250 turns of which most meet a fault of a
      simulated vendor.

  npm run bench -- ear [--turns N] [--json]
      What the debug panel shows beside what an ear in the room hears: three voices ask 60 questions
      in Chromium, in a room without sound cards, with a load peak and a stalled page in between.
      Then voice to voice at the ear over vendors of known slowness. It needs PulseAudio.

  --baseline NAME=VALUE
                   bench relay: against the same relay with another setting, such as STORAGE=off
                   or ENABLE_METRICS=off, instead of the pipe
  --baseline DIR   bench relay: against the relay of another folder (npm run compare does that)
  --rounds N       bench relay: rounds, each with both sides in turn (default 15); bench start: starts
  --profile DIR    bench relay: writes a CPU profile of each side's last round to a folder
  --only KIND      bench dialogues: one kind alone, of ${DIALOGUE_KINDS.join(', ')}
  --clips DIR      bench noise: recordings of people too, WAV files and sentences.txt, in which each
                   line is FILE.wav: sentence, or a sentence that could have been said instead
  --browser NAME   bench echo: ${ECHO_BROWSERS.join(' or ')}
  --json           the results as one JSON object on one line, and nothing else on standard output
  --help           shows this

Exit status: 0 measured; 1 the measurement failed, bench outage found a turn missing or doubled,
bench chaos found a difference, bench soak something left, bench lighthouse a score below its target,
or bench ear a turn that was not answered once; 2 the options are not usable.
`;

export interface BenchOptions {
  readonly bench: (typeof BENCHES)[number];
  /** undefined if not given. */
  readonly sessions: number | undefined;
  readonly talkers: number | undefined;
  /** bench outage: how long the database is away. */
  readonly seconds: number;
  /** bench load; the usual ones if not given. */
  readonly load: {
    readonly connections: number;
    readonly messages: number;
    readonly users: number;
    readonly minutes: number;
  };
  readonly callers: { readonly callers: number; readonly minutes: number };
  readonly chaos: { readonly minutes: number; readonly seed: number };
  readonly echo: { readonly minutes: number; readonly browser: EchoBrowser };
  readonly noise: { readonly clipsFolder: string | undefined; readonly seed: number };
  /** bench ear and soak; as many as usual if not given. */
  readonly turns: number;
  readonly baseline: Baseline;
  /** undefined if not given. */
  readonly rounds: number | undefined;
  readonly profileDir: string | undefined;
  readonly only: DialogueKind | undefined;
  readonly isJson: boolean;
}

export const BENCHES = [
  'relay',
  'turn',
  'start',
  'load',
  'callers',
  'outage',
  'dialogues',
  'web',
  'echo',
  'chaos',
  'soak',
  'lighthouse',
  'ear',
  'phrasings',
  'noise',
] as const;
const NAMES = BENCHES.join(', ');
/** Which benchmarks an option belongs to. */
const OWNERS = {
  sessions: ['relay', 'outage'],
  seconds: ['outage'],
  baseline: ['relay'],
  rounds: ['relay', 'start'],
  profile: ['relay'],
  talkers: ['turn'],
  connections: ['load'],
  messages: ['load'],
  users: ['load', 'callers'],
  minutes: ['load', 'callers', 'echo', 'chaos'],
  browser: ['echo'],
  seed: ['chaos', 'noise'],
  clips: ['noise'],
  only: ['dialogues'],
  turns: ['ear', 'soak'],
} as const satisfies Record<string, readonly (typeof BENCHES)[number][]>;

const MAX_SESSIONS = 10_000;
const MAX_TALKERS = 1_000;
const MAX_ROUNDS = 50;
const MAX_MESSAGES = 10_000;
const MAX_MINUTES = 60;
const MAX_SECONDS = 600;
const MAX_SEED = 1_000_000;
/** The level of the audio identifies the turns of a bench outage. */
const MAX_OUTAGE_SESSIONS = 150;
const MAX_CALLERS = 200;
const MAX_TURNS = 600;
const DEFAULT_TURNS = { ear: 60, soak: 250 };

/**
 * Reads the command line.
 *
 * @throws UsageError
 */
export function parseBenchOptions(commandLine: readonly string[]): BenchOptions | 'help' {
  const { values, positionals } = parseCommandLine({
    args: [...commandLine],
    allowPositionals: true,
    options: {
      sessions: { type: 'string' },
      seconds: { type: 'string' },
      talkers: { type: 'string' },
      baseline: { type: 'string' },
      rounds: { type: 'string' },
      profile: { type: 'string' },
      connections: { type: 'string' },
      messages: { type: 'string' },
      users: { type: 'string' },
      minutes: { type: 'string' },
      browser: { type: 'string' },
      only: { type: 'string' },
      seed: { type: 'string' },
      clips: { type: 'string' },
      turns: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  const [bench, ...rest] = positionals;
  if (bench === undefined) throw new UsageError(`Which benchmark: ${NAMES}?`);
  if (!isBench(bench)) {
    throw new UsageError(`There is no benchmark ${JSON.stringify(bench)}; there are ${NAMES}.`);
  }
  if (rest.length > 0) throw new UsageError('One benchmark at a time.');
  for (const [name, owners] of Object.entries(OWNERS)) {
    if (
      !owners.some((owner) => owner === bench) &&
      values[name as keyof typeof OWNERS] !== undefined
    ) {
      throw new UsageError(`--${name} belongs to bench ${owners.join(' and ')}.`);
    }
  }
  const baseline = baselineOf(values.baseline ?? 'pipe');
  if (baseline === undefined) {
    throw new UsageError(
      `--baseline: found ${JSON.stringify(values.baseline)}, expected pipe, NAME=VALUE or a folder with Parley in it.`,
    );
  }
  const { only, browser = 'chromium' } = values;
  const seed = count('--seed', values.seed, MAX_SEED) ?? 1;
  const minutes = count('--minutes', values.minutes, MAX_MINUTES);
  const users = count('--users', values.users, bench === 'callers' ? MAX_CALLERS : MAX_SESSIONS);
  if (only !== undefined && !isKind(only)) {
    throw new UsageError(
      `--only: found ${JSON.stringify(only)}, expected ${DIALOGUE_KINDS.join(', ')}.`,
    );
  }
  if (!isBrowser(browser)) {
    throw new UsageError(
      `--browser: found ${JSON.stringify(browser)}, expected ${ECHO_BROWSERS.join(' or ')}.`,
    );
  }
  return {
    bench,
    sessions: count(
      '--sessions',
      values.sessions,
      bench === 'outage' ? MAX_OUTAGE_SESSIONS : MAX_SESSIONS,
    ),
    seconds: count('--seconds', values.seconds, MAX_SECONDS) ?? 60,
    talkers: count('--talkers', values.talkers, MAX_TALKERS),
    load: {
      connections: count('--connections', values.connections, MAX_SESSIONS) ?? 50,
      messages: count('--messages', values.messages, MAX_MESSAGES) ?? 100,
      users: users ?? 100,
      minutes: minutes ?? 1,
    },
    callers: { callers: users ?? 8, minutes: minutes ?? 1 },
    chaos: { minutes: minutes ?? 20, seed },
    noise: { clipsFolder: values.clips, seed },
    echo: { minutes: minutes ?? 10, browser },
    turns:
      count('--turns', values.turns, MAX_TURNS) ?? DEFAULT_TURNS[bench === 'soak' ? 'soak' : 'ear'],
    baseline,
    rounds: count('--rounds', values.rounds, MAX_ROUNDS),
    profileDir: values.profile,
    only,
    isJson: values.json,
  };
}

function isKind(name: string): name is DialogueKind {
  return (DIALOGUE_KINDS as readonly string[]).includes(name);
}

function isBrowser(name: string): name is EchoBrowser {
  return (ECHO_BROWSERS as readonly string[]).includes(name);
}

function isBench(name: string): name is (typeof BENCHES)[number] {
  return (BENCHES as readonly string[]).includes(name);
}

function count(name: string, value: string | undefined, max: number): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (value.trim() === '' || !Number.isInteger(number) || number < 1 || number > max) {
    throw new UsageError(`${name}: found ${JSON.stringify(value)}, expected 1 to ${max}.`);
  }
  return number;
}
