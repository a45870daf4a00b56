import type { RelayEventType, UnnumberedRelayEvent } from '@parley/shared';
import { readConfig, type Deadlines } from '../../src/base/config/config.ts';
import type {
  ConversationPolicy,
  ConversationSettings,
} from '../../src/call/turn/conversation-options.ts';
import type { CallEventBody } from '../../src/call/events/call-events.ts';
import { Conversation } from '../../src/call/turn/conversation.ts';
import type { TurnBudget } from '../../src/call/turn/turn-budget.ts';
import { Watchdog } from '../../src/call/turn/watchdog.ts';
import type { Clock } from '../../src/base/lib/clock.ts';
import { FakeClock } from '../../src/base/lib/clock.fake.ts';
import { silentLogger } from '../../src/base/lib/logger.ts';
import type { StageLadder } from '../../src/call/stages/stages.ts';
import type { Transcriber } from '../../src/call/stages/transcriber/transcriber.ts';
import type { TurnModel } from '../../src/call/stages/turn-model.ts';
import type {
  SpeechEvent,
  SynthesisOptions,
  Synthesizer,
} from '../../src/call/stages/synthesizer/synthesizer.ts';
import { ScriptedGenerator, type ScriptedGeneratorOptions } from './scripted-generator.ts';
import { ScriptedSynthesizer, type ScriptedSynthesizerOptions } from './scripted-synthesizer.ts';
import { scriptedStages } from './scripted-stages.ts';
import { ScriptedTranscriber, type ScriptedTranscriberOptions } from './scripted-transcriber.ts';
import { FakeOpus } from '../../src/base/lib/opus-thread.fake.ts';

export const DEADLINES = { transcriberMs: 30_000, generatorMs: 60_000, synthesizerMs: 15_000 };

type Event<T extends RelayEventType> = Extract<UnnumberedRelayEvent, { readonly type: T }>;

export interface Sent {
  readonly atMs: number;
  readonly item: number;
  readonly samples: Int16Array;
  readonly last: boolean;
}

/** What the three providers do, by script. */
export interface Script {
  readonly transcriber?: Omit<ScriptedTranscriberOptions, 'clock'>;
  /** Candidates behind the scripted one. */
  readonly otherTranscribers?: readonly Transcriber[];
  readonly generator?: Omit<ScriptedGeneratorOptions, 'clock'>;
  readonly synthesizer?: Omit<ScriptedSynthesizerOptions, 'clock'>;
  /** Candidates behind the scripted one. */
  readonly otherSynthesizers?: readonly Synthesizer[];
  /** In place of the scripted synthesizer and those behind it. */
  readonly synthesizers?: (clock: Clock) => readonly [Synthesizer, ...Synthesizer[]];
  readonly isSpoken?: boolean;
  /** BCP 47; `en-US` without it. */
  readonly language?: string;
  readonly policy?: Partial<ConversationPolicy>;
  readonly ladder?: StageLadder;
  readonly budget?: TurnBudget;
  readonly deadlines?: Deadlines;
  readonly turnModel?: (clock: Clock) => TurnModel;
}

/** An observer reads the audio at once: its memory is used again. */
function withAudio(event: CallEventBody): CallEventBody {
  if (event.type !== 'utterance-failed') return event;
  const audio = event.audio();
  return { ...event, audio: () => audio };
}

/** A conversation with scripted providers on a clock that the test moves. */
export class TestConversation {
  readonly clock = new FakeClock();
  readonly events: UnnumberedRelayEvent[] = [];
  readonly voice: Sent[] = [];
  readonly dropped: number[] = [];
  readonly transcriber: ScriptedTranscriber;
  readonly generator: ScriptedGenerator;
  readonly conversation: Conversation;
  readonly settings: ConversationSettings;
  /** What the conversation emitted to observers. */
  readonly callEvents: CallEventBody[] = [];
  readonly #synthesizer: ScriptedSynthesizer;
  #nextUtterance = 1;

  constructor(script: Script = {}) {
    const { clock } = this;
    this.transcriber = new ScriptedTranscriber({ clock, ...script.transcriber });
    this.generator = new ScriptedGenerator({ clock, ...script.generator });
    this.#synthesizer = new ScriptedSynthesizer({ clock, ...script.synthesizer });
    const [synthesizer, ...otherSynthesizers] = script.synthesizers?.(clock) ?? [
      this.#synthesizer,
      ...(script.otherSynthesizers ?? []),
    ];
    this.settings = {
      voice: 'one',
      language: script.language ?? 'en-US',
      timeZone: 'UTC',
      isSpoken: script.isSpoken ?? true,
      eagerness: 'medium',
    };
    this.conversation = new Conversation({
      caller: 'test',
      providers: scriptedStages(clock, {
        transcriber: this.transcriber,
        otherTranscribers: script.otherTranscribers ?? [],
        generator: this.generator,
        synthesizer,
        otherSynthesizers,
        ladder: script.ladder,
        deadlines: script.deadlines,
      }),
      policy: { ...readConfig({}).providers, ...script.policy },
      turnModel: script.turnModel?.(clock),
      maxUtteranceMs: 60_000,
      budget: script.budget,
      watchdog: new Watchdog({ clock }),
      opus: new FakeOpus(),
      emit: (event) => this.callEvents.push(withAudio(event)),
      settings: this.settings,
      clock,
      logger: silentLogger,
      output: {
        event: (event) => this.events.push(event),
        audio: (item, samples, last) =>
          this.voice.push({ atMs: clock.now(), item, samples: samples.slice(), last }),
        dropAudio: (item) => this.dropped.push(item),
        writable: () => Promise.resolve(),
        nowMs: () => clock.now(),
      },
    });
  }

  /** Replaces the whole of the synthesizer's work. */
  synthesizeWith(
    synthesize: (
      clauses: AsyncIterable<string>,
      options: SynthesisOptions,
    ) => AsyncGenerator<SpeechEvent>,
  ): void {
    this.#synthesizer.synthesize = synthesize;
  }

  ofType<T extends RelayEventType>(type: T): Event<T>[] {
    return this.events.filter((event): event is Event<T> => event.type === type);
  }

  ofCall<T extends CallEventBody['type']>(type: T): Extract<CallEventBody, { readonly type: T }>[] {
    return this.callEvents.filter(
      (event): event is Extract<CallEventBody, { readonly type: T }> => event.type === type,
    );
  }

  get types(): RelayEventType[] {
    return this.events.map(({ type }) => type);
  }

  /** The words of the reply that began last. */
  get reply(): string {
    const id = this.ofType('response.created').at(-1)?.response_id;
    return this.ofType('response.output_audio_transcript.delta')
      .filter(({ response_id }) => response_id === id)
      .map(({ delta }) => delta)
      .join('');
  }

  /** How replies ended, in order. */
  get outcomes(): string[] {
    return this.ofType('response.done').map(({ status, error }) => error?.code ?? status);
  }

  /** One whole utterance of a tenth of a second. */
  say(): void {
    this.conversation.startUtterance({ number: this.#nextUtterance++, onsetMs: 0 });
    this.conversation.pushAudio(new Int16Array(1_600).fill(this.#nextUtterance));
    this.conversation.endUtterance('speech-stopped', {});
  }

  type(text: string): void {
    this.conversation.addText(`item_${text}`, text);
  }
}
