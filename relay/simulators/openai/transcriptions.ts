import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { resamplePcm16 } from '@parley/shared/audio/pcm16-resampler';
import { transcriptOf } from '../kit/simulator.ts';
import { breakResponse } from '../kit/simulator-server.ts';
import { inPieces, sendJson, sseEvent, startSse, write } from '../kit/http-answers.ts';
import { beforeAnswer, checked, Refusal, wholeBody, type Endpoint } from './answering.ts';

const MIN_AUDIO_MS = 100;
/** The rate at which audio is heard, for any rate of the file. */
const HEARING_HZ = 16_000;
const MODELS = ['whisper-1', 'gpt-transcribe', 'gpt-4o-transcribe', 'gpt-4o-mini-transcribe'];

const fields = z.strictObject({
  model: z.string().min(1),
  language: z
    .string()
    .regex(/^[a-z]{2}$/, 'Language must be ISO-639-1.')
    .optional(),
  prompt: z.string().optional(),
  response_format: z.enum(['json', 'text', 'srt', 'verbose_json', 'vtt']).default('json'),
  stream: z.enum(['true', 'false']).default('false'),
  temperature: z.coerce.number().min(0).max(1).optional(),
});

/** `POST /v1/audio/transcriptions`. */
export async function transcribe(
  endpoint: Endpoint,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const parts = await formOf(request);
  const names = [...parts.keys()];
  const { file, ...others } = Object.fromEntries(parts);
  const form = checked(others, fields);
  if (new Set(names).size < names.length) throw new Refusal(400, 'A field is given twice.', null);
  if (endpoint.flavour === 'openai' && !MODELS.includes(form.model))
    throw new Refusal(404, 'The model does not exist.', 'model_not_found', 'model');
  const isVerbose = form.response_format === 'verbose_json' && form.model.includes('whisper');
  if (form.response_format !== 'json' && !isVerbose)
    throw new Refusal(400, 'response_format is not compatible.', 'unsupported_value');
  if (!(file instanceof File) || !file.name.endsWith('.wav'))
    throw new Refusal(400, 'Unrecognized file format.', null, 'file');
  const { samples, rateHz } = readWav(Buffer.from(await file.arrayBuffer()));
  const seconds = samples.length / rateHz;
  if (seconds * 1_000 < MIN_AUDIO_MS)
    throw new Refusal(400, 'Audio file is too short.', 'audio_too_short', 'file');

  const text = (endpoint.behaviour.hear ?? transcriptOf)(heard(samples, rateHz));
  if (!(await beforeAnswer(endpoint, response, endpoint.behaviour.finalDelayMs))) return;
  const usage = { type: 'duration', seconds: Math.ceil(seconds) };
  // Documented: the oldest model ignores `stream`.
  if (form.stream === 'false' || form.model === 'whisper-1')
    return void sendJson(response, 200, { text, usage });
  startSse(response);
  for (const [index, delta] of inPieces(text).entries()) {
    if (!(await write(response, sseEvent({ type: 'transcript.text.delta', delta, logprobs: [] }))))
      return;
    if (index === 0 && breakResponse(response, endpoint.server.plan.take('mid-stream'))) return;
  }
  response.end(sseEvent({ type: 'transcript.text.done', text, usage }));
}

/** @throws Refusal if the body is not `multipart/form-data` */
async function formOf(request: IncomingMessage): Promise<FormData> {
  const headers = { 'content-type': request.headers['content-type'] ?? '' };
  const body = new Uint8Array(await wholeBody(request));
  return new Response(body, { headers }).formData().catch(() => {
    throw new Refusal(400, 'Could not parse multipart form.', null);
  });
}

/** The same audio at 16 kHz, with exactly as many samples as were recorded at that rate. */
export function heard(samples: Int16Array, rateHz: number): Int16Array {
  const length = Math.floor((samples.length * HEARING_HZ) / rateHz);
  return resamplePcm16(samples, rateHz, HEARING_HZ).subarray(0, length);
}

/** PCM16 mono in a canonical 44-byte-header file, and nothing else. @throws Refusal */
function readWav(file: Buffer): { samples: Int16Array; rateHz: number } {
  const isWhole =
    file.length >= 44 &&
    file.toString('latin1', 0, 4) === 'RIFF' &&
    file.readUInt32LE(4) === file.length - 8 &&
    file.toString('latin1', 8, 16) === 'WAVEfmt ' &&
    file.readUInt32LE(16) === 16 &&
    file.toString('latin1', 36, 40) === 'data' &&
    file.readUInt32LE(40) === file.length - 44;
  const isPcm16Mono =
    isWhole &&
    file.readUInt16LE(20) === 1 &&
    file.readUInt16LE(22) === 1 &&
    file.readUInt32LE(28) === file.readUInt32LE(24) * 2 &&
    file.readUInt16LE(32) === 2 &&
    file.readUInt16LE(34) === 16 &&
    file.length % 2 === 0;
  if (!isPcm16Mono)
    throw new Refusal(
      400,
      'Audio file might be corrupted or unsupported.',
      'invalid_value',
      'file',
    );
  const samples = new Int16Array(new Uint8Array(file.subarray(44)).buffer);
  return { samples, rateHz: file.readUInt32LE(24) };
}
