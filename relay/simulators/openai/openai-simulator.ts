import type { IncomingMessage, ServerResponse } from 'node:http';
import { SimulatorServer } from '../kit/simulator-server.ts';
import type { Simulator } from '../kit/simulator.ts';
import { Refusal, sendJson, type Endpoint, type OpenAiBehaviour } from './answering.ts';
import { complete } from './chat-completions.ts';
import { RealtimeSession } from './realtime.ts';
import { speak } from './speech.ts';
import { transcribe } from './transcriptions.ts';

type Handler = (
  endpoint: Endpoint,
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<void> | void;

const MODELS = ['gpt-5.4-mini', 'gpt-transcribe', 'gpt-live-transcribe', 'gpt-4o-mini-tts'];

const ROUTES: Readonly<Record<string, Handler>> = {
  'GET /v1/models': (_endpoint, _request, response) =>
    sendJson(response, 200, {
      object: 'list',
      data: MODELS.map((id) => ({ id, object: 'model', created: 1, owned_by: 'simulator' })),
    }),
  'POST /v1/chat/completions': complete,
  'POST /v1/audio/transcriptions': transcribe,
  'POST /v1/audio/speech': speak,
};

/**
 * OpenAI's API on this machine, or with `isCompatible` one of the servers that imitate it: chat
 * completions, transcription of files and of live audio, and speech, as one server. The base URL
 * is `url` with `/v1`.
 */
export async function startOpenAiSimulator(behaviour: OpenAiBehaviour = {}): Promise<Simulator> {
  const server: SimulatorServer = new SimulatorServer({
    async request(request, response) {
      const path = new URL(request.url ?? '', 'http://simulator').pathname;
      const handler = ROUTES[`${request.method} ${path}`];
      if (handler === undefined) return false;
      try {
        requireKey(request);
        await handler(endpoint, request, response);
      } catch (error) {
        if (!(error instanceof Refusal)) {
          // The other side hung up in the middle of its request: nobody is left to be answered.
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
      if (url.pathname !== '/v1/realtime') return 404;
      try {
        requireKey(request);
      } catch {
        server.complain('A WebSocket with a wrong key.');
        return 401;
      }
      // Documented: a transcription session names its purpose, and no model.
      if (url.search !== '?intent=transcription') {
        server.complain(`A WebSocket with the query ${url.search}.`);
        return 400;
      }
      return (socket) => void new RealtimeSession(endpoint, socket);
    },
  });
  const endpoint: Endpoint = { server, behaviour };

  function requireKey({ headers }: IncomingMessage): void {
    if (behaviour.isCompatible === true && headers.authorization === undefined) return;
    if (headers.authorization !== `Bearer ${server.key}`)
      throw new Refusal(401, 'Incorrect API key provided.', 'invalid_api_key');
  }

  return server.listen();
}
