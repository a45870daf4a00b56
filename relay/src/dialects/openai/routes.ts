import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';
import type { Stages } from '../../call/stages/stages.ts';
import { nextTurn } from '../../base/lib/clock.ts';
import { VOICE_FORMATS, type VoiceFormat } from './voice-formats.ts';
import type {
  AudioRequest,
  AudioRequests,
  AudioRequestsOptions,
  HttpContext,
} from './audio-requests.ts';
import { invalid, refuseFault, RequestFault } from './errors.ts';
import { modelsOf, voiceNamed, listedVoices } from './models.ts';
import { formEntries } from './multipart.ts';
import { lengthMs } from './recording.ts';
import { speak } from './speak.ts';
import { transcribe, type Segment } from './transcribe.ts';
import { FORMATS, joinedText, lengthUsage, type RecordingText } from './transcription-formats.ts';

const PATHS = {
  models: '/v1/models',
  voices: '/v1/audio/voices',
  audioModels: '/v1/audio/models',
  transcriptions: '/v1/audio/transcriptions',
  speech: '/v1/audio/speech',
  translations: '/v1/audio/translations',
} as const;

/** OpenAI's bound of a recording, and the other fields. */
const MAX_UPLOAD_BYTES = 25 * 1024 * 1024 + 64 * 1024;
const MAX_SPEECH_BODY_BYTES = 64 * 1024;
/** OpenAI's bound. */
const MAX_INPUT_CHARACTERS = 4_096;
/** Whatever the plan allows a call: a recording lies in memory as a whole. */
const MAX_RECORDING_MS = 30 * 60_000;

/** As nginx calls it; for the log alone. */
const CLIENT_GONE = 499 as ContentfulStatusCode;

/** Of requests that are longer than others of the relay. */
export const MAX_BODY_BYTES = {
  [PATHS.transcriptions]: MAX_UPLOAD_BYTES,
  [PATHS.speech]: MAX_SPEECH_BODY_BYTES,
  // Is not offered, which a program must hear rather than that its recording is too large.
  [PATHS.translations]: MAX_UPLOAD_BYTES,
} as const;

export interface OpenAiRoutesOptions extends Pick<AudioRequestsOptions, 'signIn' | 'providersOf'> {
  readonly requests: AudioRequests;
  /** `all`: the stages of callers whose plan leaves none out. */
  readonly choice: { readonly all: Stages };
}

/** OpenAI's HTTP interface for audio: `/v1/audio/…` and `/v1/models`. */
export function openAiRoutes(options: OpenAiRoutesOptions): Hono<{ Bindings: HttpBindings }> {
  const { requests, signIn, providersOf, choice } = options;
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.onError((error, c) => {
    if (error instanceof RequestFault) return refuseFault(c, error);
    throw error;
  });
  // Open WebUI asks for both without its key; `/health` says as much.
  app.get(PATHS.voices, (c) => c.json({ voices: listedVoices(choice.all) }));
  app.get(PATHS.audioModels, (c) => c.json({ models: modelsOf(choice.all) }));
  const models = async (c: HttpContext) =>
    modelsOf(providersOf(await signIn.identify(c.req.header('authorization'))));
  app.get(PATHS.models, async (c) => c.json({ object: 'list', data: await models(c) }));
  app.get(`${PATHS.models}/:id`, async (c) => {
    const id = c.req.param('id');
    const model = (await models(c)).find((each) => each.id === id);
    if (model === undefined) {
      throw new RequestFault(404, 'model_not_found', 'There is no such model.', 'model');
    }
    return c.json(model);
  });
  app.post(PATHS.transcriptions, async (c) =>
    answered(c, await requests.begin(c, 'transcriber'), transcription),
  );
  app.post(PATHS.speech, async (c) => answered(c, await requests.begin(c, 'synthesizer'), speech));
  for (const path of [PATHS.transcriptions, PATHS.speech]) {
    app.all(path, (c) => {
      c.header('Allow', 'POST');
      throw new RequestFault(405, 'method_not_allowed', `${path} takes POST alone.`);
    });
  }
  return app;
}

/** An answer whose first bytes are there, or will not fail. */
interface Answer {
  readonly contentType: string;
  readonly body: string | AsyncGenerator<Uint8Array>;
}

/** The request is over when its answer has gone out, or cannot. */
async function answered(
  c: HttpContext,
  request: AudioRequest,
  answer: (c: HttpContext, request: AudioRequest) => Promise<Answer>,
): Promise<Response> {
  let body: Answer['body'] = '';
  try {
    const { contentType, ...rest } = await answer(c, request);
    body = rest.body;
    c.header('Content-Type', contentType);
    return c.body(typeof body === 'string' ? body : sent(body, request, c.env.outgoing));
  } catch (error) {
    // What it is aborted with is not worth a line: nobody reads the answer.
    if (!c.req.raw.signal.aborted) throw error;
    return c.body(null, CLIENT_GONE);
  } finally {
    if (typeof body === 'string') request[Symbol.dispose]();
  }
}

function sent(
  bytes: AsyncGenerator<Uint8Array>,
  request: AudioRequest,
  outgoing: HttpContext['env']['outgoing'],
): ReadableStream<Uint8Array> {
  async function* guarded() {
    try {
      yield* bytes;
    } catch (err) {
      if (!request.signal.aborted) request.logger.warn({ err }, 'the answer broke off');
      // Its length was not said: the client knows only by the connection that it is not whole.
      outgoing.destroy();
    } finally {
      request[Symbol.dispose]();
    }
  }
  const pieces = guarded();
  // Begun at once: one that is left before it has begun would not get to what it has to release.
  let begun: ReturnType<typeof pieces.next> | undefined = pieces.next();
  const source = {
    // What is there at once is held back by the server, with the status, until there is more.
    start: nextTurn,
    async pull(stream: ReadableStreamDefaultController<Uint8Array>) {
      const { done, value } = await (begun ?? pieces.next());
      begun = undefined;
      if (done === true) stream.close();
      else stream.enqueue(value);
    },
    cancel: () => void pieces.return(),
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}

const languageSchema = z.string().min(2).max(35).optional();

const transcriptionSchema = z.object({
  file: z
    .instanceof(Uint8Array<ArrayBuffer>, { error: 'Send the recording as a file.' })
    .refine(({ length }) => length > 0, 'The file is empty.'),
  language: languageSchema,
  response_format: z.enum(Object.keys(FORMATS) as [keyof typeof FORMATS]).default('json'),
  stream: z.enum(['true', 'false']).default('false'),
});

async function transcription(c: HttpContext, request: AudioRequest): Promise<Answer> {
  const type = c.req.header('content-type') ?? '';
  const form = formEntries(type, Buffer.from(await c.req.arrayBuffer()));
  if (form.some(([name, value]) => name === 'timestamp_granularities[]' && value === 'word')) {
    throw invalid('timestamp_granularities[]', 'The times of single words are not known here.');
  }
  const named = Object.fromEntries(form.filter(([, value]) => value !== ''));
  const fields = checked(transcriptionSchema, named);
  const language = request.language(fields.language);
  const bytes = fields.file;
  const maxMs = Math.min(request.plan.sessionMs, MAX_RECORDING_MS);
  const recording = await request.reader.read({ bytes, maxMs }, request.signal);
  const durationMs = lengthMs(recording);
  const heard = transcribe(request, recording, language);
  if (fields.stream === 'true') {
    const first = await heard.next();
    const body = transcriptEvents(first, heard, durationMs);
    return { contentType: 'text/event-stream', body };
  }
  const transcript: RecordingText = {
    segments: await Array.fromAsync(heard),
    durationMs,
    language,
  };
  const { contentType, write } = FORMATS[fields.response_format];
  return { contentType, body: write(transcript) };
}

/** A segment is certain when it is sent: what a recogniser guesses before would have to be taken back. */
async function* transcriptEvents(
  first: IteratorResult<Segment, unknown>,
  others: AsyncGenerator<Segment>,
  durationMs: number,
): AsyncGenerator<Uint8Array> {
  const segments: Segment[] = [];
  for (let next = first; next.done !== true; next = await others.next()) {
    const delta = (segments.length === 0 ? '' : ' ') + next.value.text;
    segments.push(next.value);
    yield event({ type: 'transcript.text.delta', delta });
  }
  const usage = lengthUsage({ durationMs });
  yield event({ type: 'transcript.text.done', text: joinedText({ segments }), usage });
}

const speechSchema = z.object({
  input: z.string().min(1).max(MAX_INPUT_CHARACTERS),
  voice: z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)]).optional(),
  response_format: z.string().default('mp3'),
  speed: z.number().min(0.25).max(4).default(1),
  stream_format: z.enum(['audio', 'sse']).default('audio'),
  /** Not of OpenAI: of the text; without it, the relay's. */
  language: languageSchema,
});

async function speech(c: HttpContext, request: AudioRequest): Promise<Answer> {
  const json: unknown = await c.req.json().catch(() => {
    throw invalid('body', 'The body is not valid JSON.');
  });
  const fields = checked(speechSchema, json);
  const formats: Readonly<Record<string, VoiceFormat>> = VOICE_FORMATS;
  const format = Object.hasOwn(formats, fields.response_format)
    ? formats[fields.response_format]
    : undefined;
  if (format === undefined) {
    const names = Object.keys(formats).join(', ');
    const message = `The relay speaks ${names}, not ${fields.response_format.slice(0, 20)}.`;
    throw new RequestFault(400, 'unsupported_format', message, 'response_format');
  }
  const language = request.language(fields.language);
  const voice = voiceNamed(fields.voice, request.stages, language);
  const speed = fields.speed === 1 ? undefined : fields.speed;
  const spoken = speak(request, { text: fields.input, voice, speed, language });
  const first = spoken.next();
  // The encoder starts while the voice is waited for.
  const bytes = format.encode(joined(first, spoken), request.opus);
  const begun = bytes.next();
  begun.catch(() => {});
  await first;
  const body = joined(begun, bytes);
  if (fields.stream_format === 'audio') return { contentType: format.contentType, body };
  return { contentType: 'text/event-stream', body: speechEvents(body, fields.input.length) };
}

async function* joined<T>(
  first: Promise<IteratorResult<T, unknown>>,
  others: AsyncGenerator<T>,
): AsyncGenerator<T> {
  try {
    const begun = await first;
    if (begun.done === true) return;
    yield begun.value;
    yield* others;
  } finally {
    await others.return(undefined);
  }
}

async function* speechEvents(
  bytes: AsyncGenerator<Uint8Array>,
  characters: number,
): AsyncGenerator<Uint8Array> {
  for await (const piece of bytes) {
    yield event({ type: 'speech.audio.delta', audio: Buffer.from(piece).toString('base64') });
  }
  // Vendors count differently: what the relay knows is the characters.
  const usage = { input_tokens: characters, output_tokens: 0, total_tokens: characters };
  yield event({ type: 'speech.audio.done', usage });
}

function event(fields: object): Uint8Array {
  return Buffer.from(`data: ${JSON.stringify(fields)}\n\n`);
}

/** @throws RequestFault that names the field */
function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw invalid(path.join('.') || 'body', `${path.join('.')}: ${message}`);
}
