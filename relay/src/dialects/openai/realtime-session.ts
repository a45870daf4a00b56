import { z } from 'zod';
import type {
  RealtimeSessionCreateRequest,
  RealtimeTranscriptionSessionCreateRequest,
} from 'openai/resources/realtime/realtime';
import {
  boundedJsonSchema,
  MAX_CLIENT_TOOLS,
  MAX_INSTRUCTIONS_CHARACTERS,
  type ClientEventOf,
  type Eagerness,
  type SessionDescription,
} from '@parley/shared';
import { AUDIO_FORMATS, type AudioFormat } from '../calls/call-audio.ts';

export const REALTIME_PATH = '/v1/realtime';

const formatSchema = z.object({ type: z.enum(AUDIO_FORMATS), rate: z.literal(24_000).optional() });

const turnDetectionSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('server_vad'),
    threshold: z.number().optional(),
    prefix_padding_ms: z.number().optional(),
    silence_duration_ms: z.number().optional(),
    idle_timeout_ms: z.number().nullable().optional(),
    create_response: z.boolean().optional(),
    interrupt_response: z.boolean().optional(),
  }),
  z.object({
    type: z.literal('semantic_vad'),
    eagerness: z.enum(['low', 'medium', 'high', 'auto']).optional(),
    create_response: z.boolean().optional(),
    interrupt_response: z.boolean().optional(),
  }),
]);
type TurnDetection = z.infer<typeof turnDetectionSchema>;

/** Of OpenAI's documentation. */
const DETECTION_DEFAULTS = {
  server_vad: {
    type: 'server_vad',
    threshold: 0.5,
    prefix_padding_ms: 300,
    silence_duration_ms: 500,
    idle_timeout_ms: null,
    create_response: true,
    interrupt_response: true,
  },
  semantic_vad: {
    type: 'semantic_vad',
    eagerness: 'auto',
    create_response: true,
    interrupt_response: true,
  },
} as const satisfies { [type in TurnDetection['type']]: TurnDetection };

const transcriptionSchema = z.object({
  model: z.string().max(128).optional(),
  language: z.string().max(64).optional(),
  prompt: z.string().max(MAX_INSTRUCTIONS_CHARACTERS).optional(),
});

const toolSchema = z.object({
  type: z.literal('function', { error: 'only tools of the type function are taken' }),
  name: z.string().regex(/^[\w-]{1,64}$/),
  description: z.string().max(4_000).optional(),
  parameters: z.record(z.string(), boundedJsonSchema).optional(),
});

/** As much of a session as a client may change; all of it may be left out. */
export const sessionUpdateSchema = z.object({
  type: z.enum(['realtime', 'transcription']).optional(),
  /** Any: this relay has its own. */
  model: z.string().max(128).optional(),
  output_modalities: z
    .array(z.enum(['audio', 'text']))
    .min(1)
    .optional(),
  instructions: z.string().max(MAX_INSTRUCTIONS_CHARACTERS).optional(),
  tools: z.array(toolSchema).max(MAX_CLIENT_TOOLS).optional(),
  tool_choice: z.union([z.string(), z.record(z.string(), boundedJsonSchema)]).optional(),
  max_output_tokens: z.union([z.int(), z.literal('inf')]).optional(),
  tracing: boundedJsonSchema.optional(),
  truncation: boundedJsonSchema.optional(),
  include: z.array(z.string()).nullable().optional(),
  audio: z
    .object({
      input: z
        .object({
          format: formatSchema.optional(),
          transcription: transcriptionSchema.nullable().optional(),
          noise_reduction: z
            .object({ type: z.enum(['near_field', 'far_field']) })
            .nullable()
            .optional(),
          turn_detection: turnDetectionSchema.nullable().optional(),
        })
        .optional(),
      output: z
        .object({
          format: formatSchema.optional(),
          voice: z.union([z.string().max(64), z.object({ id: z.string().max(64) })]).optional(),
          speed: z.number().min(0.25).max(4).optional(),
        })
        .optional(),
    })
    .optional(),
});
export type SessionUpdate = z.infer<typeof sessionUpdateSchema>;
/** What one response may have in place of the session's. */
export type ResponseChanges = Pick<
  SessionUpdate,
  'instructions' | 'tools' | 'tool_choice' | 'output_modalities'
>;
type Given<T> = NonNullable<T>;
type Audio = Given<SessionUpdate['audio']>;

/** The whole effective session. */
interface Effective extends Required<Pick<SessionUpdate, 'type' | 'model' | 'instructions'>> {
  readonly output_modalities: ('audio' | 'text')[];
  readonly tools: Given<SessionUpdate['tools']>;
  readonly tool_choice: Given<SessionUpdate['tool_choice']>;
  readonly max_output_tokens: number | 'inf';
  readonly tracing: unknown;
  readonly truncation: unknown;
  readonly include: string[] | null;
  readonly audio: {
    readonly input: {
      readonly format: { readonly type: AudioFormat; readonly rate?: 24_000 | undefined };
      readonly transcription: z.infer<typeof transcriptionSchema> | null;
      readonly noise_reduction: { readonly type: 'near_field' | 'far_field' } | null;
      readonly turn_detection: TurnDetection | null;
    };
    readonly output: {
      readonly format: { readonly type: AudioFormat; readonly rate?: 24_000 | undefined };
      readonly voice: Given<Given<Audio['output']>['voice']>;
      readonly speed: number;
    };
  };
}

interface SessionNames {
  readonly id: string;
  /** s since 1970. */
  readonly expiresAtS: number;
}

const PCM = { type: 'audio/pcm', rate: 24_000 } as const;

/** OpenAI's session object: what the client wished, and what that means for a session of Parley. */
export class RealtimeSessionConfig {
  #config: Effective;

  constructor(type: 'realtime' | 'transcription', model: string) {
    this.#config = {
      type,
      model,
      output_modalities: ['audio'],
      instructions: '',
      tools: [],
      tool_choice: 'auto',
      max_output_tokens: 'inf',
      tracing: null,
      truncation: 'auto',
      include: null,
      audio: {
        input: {
          format: PCM,
          transcription: type === 'transcription' ? { model } : null,
          noise_reduction: null,
          turn_detection: DETECTION_DEFAULTS.server_vad,
        },
        output: { format: PCM, voice: 'alloy', speed: 1 },
      },
    };
  }

  get isTranscription(): boolean {
    return this.#config.type === 'transcription';
  }

  get isSpoken(): boolean {
    return this.#config.output_modalities.includes('audio');
  }

  get turnDetection(): TurnDetection | null {
    return this.#config.audio.input.turn_detection;
  }

  /** The client is informed of what was recognised. */
  get isTranscribed(): boolean {
    return this.#config.audio.input.transcription !== null;
  }

  get inputFormat(): AudioFormat {
    return this.#config.audio.input.format.type;
  }

  get output(): Effective['audio']['output'] {
    return this.#config.audio.output;
  }

  /**
   * Deep: what is not named stays, `null` switches off.
   *
   * @returns what takes the change back
   */
  update({ audio, ...change }: SessionUpdate): () => void {
    const before = this.#config;
    const { input, output } = this.#config.audio;
    const detection = audio?.input?.turn_detection;
    this.#config = {
      ...this.#config,
      ...change,
      audio: {
        input: {
          ...input,
          ...audio?.input,
          turn_detection:
            detection === undefined
              ? input.turn_detection
              : detection && merged(input.turn_detection, detection),
        },
        output: { ...output, ...audio?.output },
      },
    } as Effective;
    return () => void (this.#config = before);
  }

  /** As the client is shown it. */
  describe({ id, expiresAtS }: SessionNames): Described {
    const { include, audio, ...config } = this.#config;
    const session = { id, expires_at: expiresAtS, include };
    const description = this.isTranscription
      ? {
          ...session,
          object: 'realtime.transcription_session',
          type: 'transcription',
          audio: { input: audio.input },
        }
      : {
          ...session,
          object: 'realtime.session',
          ...config,
          prompt: null,
          parallel_tool_calls: true,
          audio,
        };
    // More than the package declares: the service itself sends names and nulls beside it.
    return description as unknown as Described;
  }

  /**
   * What the session of Parley is to be.
   *
   * @param response - holds for one response, in place of the session's own
   */
  wish(
    offer: Pick<SessionDescription, 'voices' | 'speeds' | 'languages'>,
    response: ResponseChanges = {},
  ): ClientEventOf<'session.update'>['session'] {
    const { audio, ...config } = this.#config;
    const { instructions = config.instructions, tools = config.tools } = response;
    const { tool_choice: choice = config.tool_choice } = response;
    const { output_modalities: modalities = config.output_modalities } = response;
    const detection = audio.input.turn_detection;
    const { voice, speed } = audio.output;
    const language = languageIn(offer, audio.input.transcription?.language);
    return {
      voice: voiceIn(offer, typeof voice === 'string' ? voice : voice.id),
      ...(language !== undefined && { language }),
      ...(offer.speeds && { speed: Math.min(offer.speeds.max, Math.max(offer.speeds.min, speed)) }),
      instructions,
      tools:
        choice === 'none'
          ? []
          : tools.map(({ name, description = '', parameters = { type: 'object' } }) => ({
              ...{ name, description, parameters },
            })),
      output_modalities: modalities.includes('audio') ? ['audio', 'text'] : ['text'],
      turn_detection: {
        eagerness: eagernessOf(detection),
        create_response:
          !this.isTranscription && detection !== null && detection.create_response !== false,
      },
    };
  }
}

/** @param model - of the address, if the session names none */
export function configOf(session: SessionUpdate, model = 'parley'): RealtimeSessionConfig {
  const config = new RealtimeSessionConfig(session.type ?? 'realtime', session.model ?? model);
  config.update(session);
  return config;
}

type Described = RealtimeSessionCreateRequest | RealtimeTranscriptionSessionCreateRequest;

function merged(before: TurnDetection | null, change: TurnDetection): TurnDetection {
  const base = before?.type === change.type ? before : DETECTION_DEFAULTS[change.type];
  return { ...base, ...change };
}

/** The end of a turn is decided by Parley; how soon, by what the client wished. */
function eagernessOf(detection: TurnDetection | null): Eagerness {
  if (detection?.type === 'semantic_vad') {
    return detection.eagerness === 'auto' ? 'medium' : (detection.eagerness ?? 'medium');
  }
  const silenceMs = detection?.silence_duration_ms ?? 500;
  if (silenceMs < 400) return 'high';
  return silenceMs > 900 ? 'low' : 'medium';
}

/** Names of other vendors' voices each get one of this relay, always the same. */
function voiceIn({ voices }: Pick<SessionDescription, 'voices'>, wished: string): string {
  const same = voices.find(({ id }) => id === wished);
  if (same !== undefined || voices.length === 0) return same?.id ?? '';
  const sum = [...wished].reduce((total, character) => total + character.codePointAt(0)!, 0);
  return voices[sum % voices.length]!.id;
}

/** @returns undefined if it is not recognised here: the relay's own stands */
function languageIn(
  { languages = [] }: Pick<SessionDescription, 'languages'>,
  wished: string | undefined,
): string | undefined {
  const short = (language: string) => language.toLowerCase().split('-', 1)[0];
  if (wished === undefined) return undefined;
  return (
    languages.find((each) => each === wished) ??
    languages.find((each) => short(each) === short(wished))
  );
}
