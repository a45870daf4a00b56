import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { toneFor } from '../kit/simulator.ts';
import { breakResponse } from '../kit/simulator-server.ts';
import { write } from '../kit/http-answers.ts';
import { beforeAnswer, readRequest, Refusal, type Endpoint } from './answering.ts';

const RATE_HZ = 24_000;
/** Odd on purpose: a piece may end in the middle of a sample. */
const PIECE_BYTES = 4_801;
const MODELS = [
  'tts-1',
  'tts-1-hd',
  'gpt-4o-mini-tts',
  'gpt-4o-mini-tts-2025-03-20',
  'gpt-4o-mini-tts-2025-12-15',
];
const VOICES = 'alloy ash ballad coral echo fable onyx nova sage shimmer verse marin cedar'.split(
  ' ',
);

const body = z.strictObject({
  model: z.string().min(1),
  input: z.string().min(1, 'String should have at least 1 character').max(4_096),
  voice: z.string().min(1),
  instructions: z.string().optional(),
  response_format: z.enum(['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm']).default('mp3'),
  speed: z.number().min(0.25).max(4).optional(),
  stream_format: z.enum(['sse', 'audio']).default('audio'),
});

/** `POST /v1/audio/speech`, as raw samples only. */
export async function speak(
  endpoint: Endpoint,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { behaviour, server } = endpoint;
  const asked = await readRequest(request, body);
  if (endpoint.flavour === 'openai') {
    if (!MODELS.includes(asked.model))
      throw new Refusal(404, 'The model does not exist.', 'model_not_found', 'model');
    if (!VOICES.includes(asked.voice))
      throw new Refusal(400, 'Invalid voice.', 'invalid_value', 'voice');
  }
  if (asked.response_format !== 'pcm' || asked.stream_format !== 'audio')
    throw new Refusal(400, 'This server speaks raw samples only.', 'unsupported_value');
  const samples = await (behaviour.speak ?? toneFor)(asked.input, RATE_HZ);
  if (!(await beforeAnswer(endpoint, response, behaviour.firstAudioDelayMs))) return;
  response.writeHead(200, { 'content-type': 'audio/pcm' });
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    if (!(await write(response, bytes.subarray(at, at + PIECE_BYTES)))) return;
    if (at === 0 && breakResponse(response, server.plan.take('mid-stream'))) return;
  }
  response.end();
}
