import { AudioFrameKind, encodeAudioFrame, UPLINK_CHUNK_SAMPLES } from '@parley/shared';
import { GUEST_PLAN } from '../../people/auth/identity.ts';
import type { Config } from '../../base/config/config.ts';
import { OpusThread } from '../../base/lib/opus-thread.ts';
import { nextTurn, type Clock } from '../../base/lib/clock.ts';
import { withDeadline } from '../../base/lib/deadline.ts';
import { within } from '../../base/lib/error-boundary.ts';
import { silentLogger } from '../../base/lib/logger.ts';
import { CallLog } from '../../watching/logs/call-log.ts';
import { createFailoverStages } from '../stages/failover-stages.ts';
import { DEFAULT_POLICY } from '../stages/health/policy.ts';
import type { Generator } from '../stages/generator/generator.ts';
import type { Synthesizer } from '../stages/synthesizer/synthesizer.ts';
import type { Transcriber } from '../stages/transcriber/transcriber.ts';
import { CallObservers } from '../events/call-observers.ts';
import { Watchdog } from '../turn/watchdog.ts';
import type { SessionSocket } from './session-socket.ts';
import { NO_RULES, type SessionContext } from './session-options.ts';
import { Session } from './session.ts';

/** Fewer turns than a session may take without a pause. */
const TURNS_A_CALL = 15;
const MAX_CALLS = 20;
/** Longest that all of it may take, ms. */
const MAX_MS = 3_000;
const CHUNKS_A_TURN = 5;
const REPLY = 'The next train leaves at nine. It goes from platform two, and it takes an hour.';

export interface WarmUpOptions {
  readonly clock: Clock;
  readonly config: Pick<Config, 'providers' | 'limits'>;
  /** Aborting ends it after the turn that runs. */
  readonly signal: AbortSignal;
}

/**
 * Takes the code of a turn through the first few hundred, which are slow because it is not compiled
 * yet: real sessions and conversations, with providers in memory that cost nothing. Calls that come
 * meanwhile are served.
 *
 * @returns how many turns there were
 * @throws Error if one of them does not end
 */
export async function warmUp({ clock, config, signal }: WarmUpOptions): Promise<number> {
  const providers = createFailoverStages({
    transcribers: [transcriber, transcriber],
    generators: [generator],
    synthesizers: [synthesizer],
    policy: DEFAULT_POLICY,
    clock,
    logger: silentLogger,
  });
  const context: SessionContext = {
    providers,
    policy: config.providers,
    languages: config.providers,
    limits: config.limits,
    rules: NO_RULES,
    watchdog: new Watchdog({ clock }),
    // Not started: the callers here send PCM16.
    opus: new OpusThread(),
    clock,
  };
  const endMs = clock.now() + MAX_MS;
  let turns = 0;
  try {
    for (let calls = 0; calls < MAX_CALLS; calls++) {
      using call = new RehearsedCall(context);
      for (let turn = 1; turn <= TURNS_A_CALL; turn++) {
        if (signal.aborted || clock.now() > endMs) return turns;
        const late = () => new Error('A turn of the warm-up did not end.');
        await withDeadline(call.turn(turn), MAX_MS, clock, late);
        turns++;
        await nextTurn();
      }
    }
    return turns;
  } finally {
    await providers[Symbol.asyncDispose]();
  }
}

/** A call whose client is in this process too, and says the same again and again. */
class RehearsedCall implements SessionSocket, Disposable {
  readonly bufferedAmount = 0;
  readonly #session: Session;
  readonly #samples = new Int16Array(UPLINK_CHUNK_SAMPLES);
  #seq = 0;
  #received = 0;
  #done = Promise.withResolvers<void>();

  constructor(context: SessionContext) {
    const observers = new CallObservers([new CallLog(silentLogger)], { logger: silentLogger });
    this.#session = new Session(context, {
      id: 'warm-up',
      conversationId: 'warm-up',
      client: 'warm-up',
      identity: {
        userId: 'warm-up',
        kind: 'guest',
        role: 'user',
        plan: GUEST_PLAN,
        expiresAtMs: Infinity,
      },
      resumeKey: '',
      settings: {
        voice: '',
        language: context.languages.language,
        timeZone: 'UTC',
        isSpoken: true,
        eagerness: 'medium',
      },
      emit: observers.emitterOf('warm-up', 'warm-up'),
      logger: silentLogger,
      onKeptBytes: () => {},
      onClosed: () => {},
    });
    within(this.#session, () => this.#session.attach(this, 'created'));
  }

  /** Says something; resolves once the answer has come. */
  async turn(utterance: number): Promise<void> {
    this.#done = Promise.withResolvers<void>();
    within(this.#session, () => {
      this.#say({ type: 'ping', client_ms: utterance, last_seq: this.#received });
      this.#say({ type: 'input_audio_buffer.speech_started', utterance, audio_start_ms: 0 });
      for (let chunk = 0; chunk < CHUNKS_A_TURN; chunk++) this.#speak(utterance);
      const instants = { audio_end_ms: 1, sent_ms: 2 };
      this.#say({ type: 'input_audio_buffer.speech_stopped', utterance, ...instants });
    });
    await this.#done.promise;
  }

  send(data: string | Uint8Array): void {
    this.#received++;
    if (typeof data === 'string' && data.includes('"response.done"')) this.#done.resolve();
  }

  ping(): void {}

  close(): void {
    this.#done.reject(new Error('A call of the warm-up was closed.'));
  }

  terminate(): void {
    this.close();
  }

  [Symbol.dispose](): void {
    // From here on its end is expected, not a failure.
    this.#done.promise.catch(() => {});
    this.#session.close('normal');
  }

  #say(event: { readonly type: string; readonly [field: string]: unknown }): void {
    const seq = event.type === 'ping' ? {} : { seq: ++this.#seq };
    this.#session.receiveText(this, JSON.stringify({ ...event, ...seq }));
  }

  #speak(item: number): void {
    const header = { kind: AudioFrameKind.uplink, last: false, item, seq: ++this.#seq };
    const frame = encodeAudioFrame({ ...header, timestampMs: 0 }, this.#samples);
    this.#session.receiveAudio(this, frame);
  }
}

const transcriber: Transcriber = {
  name: 'warm-up',
  async open() {
    const finalized = Promise.withResolvers<void>();
    return Promise.resolve({
      push: () => {},
      finalize: () => finalized.resolve(),
      events: (async function* () {
        yield { type: 'transcript-partial', text: 'When does' } as const;
        await finalized.promise;
        const text = 'When does the next train leave?';
        yield { type: 'transcript-final', text, unrecognised: false } as const;
      })(),
    });
  },
};

const generator: Generator = {
  name: 'warm-up',
  async *generate() {
    for (const word of REPLY.split(/(?= )/)) yield { type: 'text-delta', text: word };
    yield { type: 'usage-reported', inputTokens: 0, outputTokens: 0 };
  },
};

const synthesizer: Synthesizer = {
  name: 'warm-up',
  sampleRateHz: 24_000,
  voices: [{ id: '', label: '' }],
  async *synthesize(clauses) {
    let clause = 0;
    for await (const text of clauses) {
      yield { type: 'clause-begun', clause };
      yield { type: 'words-timed', clause, words: [{ text, startMs: 0, endMs: 50 }] };
      yield { type: 'speech-audio', clause, samples: new Int16Array(1_200) };
      yield { type: 'clause-done', clause: clause++ };
    }
  },
};
