import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson } from '../kit/http-answers.ts';
import { SimulatorServer } from '../kit/simulator-server.ts';
import type { Simulator } from '../kit/simulator.ts';
import { Refusal, type Endpoint, type OpenAiBehaviour } from './answering.ts';
import { complete } from './chat-completions.ts';
import { RealtimeSession } from './realtime.ts';
import { RealtimeVoiceSession } from './realtime-voice.ts';
import { respond } from './responses.ts';
import { speak } from './speech.ts';
import { transcribe } from './transcriptions.ts';

type Handler = (endpoint: Endpoint, request: IncomingMessage, response: ServerResponse) => unknown;

const MODELS = [
  'gpt-6-luna',
  'gpt-5.4-mini',
  'gpt-transcribe',
  'gpt-live-transcribe',
  'gpt-4o-mini-tts',
  'gpt-realtime-2.1-mini',
];

const ROUTES: Readonly<Record<string, Handler>> = {
  'GET /models': (_endpoint, _request, response) =>
    sendJson(response, 200, {
      object: 'list',
      data: MODELS.map((id) => ({ id, object: 'model', created: 1, owned_by: 'simulator' })),
    }),
  'POST /chat/completions': complete,
  'POST /responses': respond,
  'POST /audio/transcriptions': transcribe,
  'POST /audio/speech': speak,
};

/**
 * OpenAI's API on this machine, or one of the servers that imitate it: chat completions, responses,
 * transcription of files and of live audio, and speech. The base URL is `url` with `/v1`, or for
 * Groq with `/openai/v1`.
 */
export async function startOpenAiSimulator(behaviour: OpenAiBehaviour = {}): Promise<Simulator> {
  const { flavour = 'openai' } = behaviour;
  const root = flavour === 'groq' ? '/openai/v1' : '/v1';
  const server: SimulatorServer = new SimulatorServer({
    async request(request, response) {
      if ((await behaviour.vice?.(request, response)) === true) return true;
      const path = new URL(request.url ?? '', 'http://simulator').pathname;
      if (!path.startsWith(root)) return false;
      const handler = ROUTES[`${request.method} ${path.slice(root.length)}`];
      if (handler === undefined) return false;
      try {
        requireKey(request);
        await handler(endpoint, request, response);
      } catch (error) {
        if (!(error instanceof Refusal)) {
          // The client hung up in the middle of its request: no client is left to answer.
          if (response.destroyed || request.destroyed) return true;
          throw error;
        }
        server.complain(error.message);
        sendJson(response, error.status, error.body);
      }
      return true;
    },
    upgrade(request) {
      const url = new URL(request.url ?? '', 'http://simulator');
      if (url.pathname !== `${root}/realtime`) return 404;
      try {
        requireKey(request);
      } catch {
        return server.refusal(401, 'A WebSocket with a wrong key.');
      }
      // Documented: a session that speaks names its model, one that transcribes its purpose.
      const model = url.searchParams.get('model');
      if (model?.startsWith('gpt-realtime') === true && url.searchParams.size === 1) {
        return (socket) => void new RealtimeVoiceSession(endpoint, socket, model);
      }
      if (url.search !== '?intent=transcription') {
        return server.refusal(400, `A WebSocket with the query ${url.search}.`);
      }
      return (socket) => void new RealtimeSession(endpoint, socket);
    },
  });
  const endpoint: Endpoint = { server, behaviour, flavour };

  function requireKey({ headers }: IncomingMessage): void {
    const isKeyOptional = flavour === 'compatible' || flavour === 'bare';
    if (isKeyOptional && headers.authorization === undefined) return;
    if (headers.authorization !== `Bearer ${server.key}`)
      throw new Refusal(401, 'Incorrect API key provided.', 'invalid_api_key');
  }

  return server.listen();
}
