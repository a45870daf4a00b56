import type { IncomingMessage } from 'node:http';
import { sendJson } from '../../simulators/kit/http-answers.ts';
import { isForVictim } from './vicious-server.ts';
import type { ViceRow } from './vice-row.ts';

export const SECRET_HEADER = 'Basic b3duZXI6aHVudGVyMg==';
const KEYS = { 'x-tenant': 'blue', authorization: SECRET_HEADER };

function isModelList({ method, url }: IncomingMessage): boolean {
  return method === 'GET' && url?.endsWith('/models') === true;
}

/** Servers at a slightly wrong address, or of a slightly wrong kind. */
export const ADDRESSING_VICES: readonly ViceRow[] = [
  ...[404, 405, 501].map(
    (status) =>
      ({
        what: `has no /models, and says ${status}`,
        vice: (request, response) => isModelList(request) && sendJson(response, status, {}),
        end: 'answer',
        isProbed: true,
      }) satisfies ViceRow,
  ),
  {
    what: 'has no /models, and tells at /health that it is ready',
    vice: (request, response) =>
      request.method === 'GET' && sendJson(response, request.url === '/health' ? 200 : 404, {}),
    end: 'answer',
    isProbed: true,
  },
  {
    what: 'has a path of its own for each stage, and nothing else',
    settings: (url) => ({
      COMPATIBLE_BASE_URL: '',
      COMPATIBLE_TRANSCRIPTION_BASE_URL: url,
      COMPATIBLE_TRANSCRIPTION_PATH: '/inference',
      COMPATIBLE_CHAT_BASE_URL: `${url}/proxy/`,
      COMPATIBLE_CHAT_PATH: '/chat',
      COMPATIBLE_SPEECH_BASE_URL: url,
      COMPATIBLE_SPEECH_PATH: '/',
    }),
    vice(request, response) {
      const usual = {
        '/inference': '/v1/audio/transcriptions',
        '/proxy/chat': '/v1/chat/completions',
        '/': '/v1/audio/speech',
      }[request.url ?? ''];
      if (usual === undefined) return sendJson(response, 404, {});
      request.url = usual;
      return false;
    },
    end: 'answer',
    isProbed: true,
  },
  {
    what: 'wants headers of its own in place of a key',
    settings: () => ({
      COMPATIBLE_HEADERS: `X-Tenant: blue, Authorization: ${KEYS.authorization}`,
    }),
    vice(request, response) {
      const isLetIn = Object.entries(KEYS).every(([name, key]) => request.headers[name] === key);
      // The server behind it knows nothing of them.
      delete request.headers.authorization;
      return !isLetIn && sendJson(response, 401, {});
    },
    end: 'answer',
    isProbed: true,
  },
  {
    what: 'fails at the questions of one caller',
    vice: async (request, response) =>
      request.url === '/v1/chat/completions' &&
      (await isForVictim(request)) &&
      sendJson(response, 500, {}),
    end: { words: /sorry/, code: 'generator_failed' },
    logs: /"fault":"overloaded","status":500/,
  },
  {
    what: 'does not have the model of one caller',
    vice: async (request, response) =>
      request.url === '/v1/chat/completions' &&
      (await isForVictim(request)) &&
      sendJson(response, 404, { error: { message: 'The model `victim` does not exist' } }),
    end: { words: /sorry/, code: 'generator_failed' },
    logs: /"fault":"rejected","status":404,"note":"model"/,
  },
  {
    what: 'answers the questions of one caller with a web page',
    async vice(request, response) {
      if (request.url !== '/v1/chat/completions' || !(await isForVictim(request))) return false;
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>Sign in');
      return true;
    },
    end: { words: /sorry/, code: 'generator_failed' },
    logs: /"fault":"malformed"/,
  },
];
