import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { readBody, sseEvent, startSse } from '../../simulators/kit/http-answers.ts';

/** A key that is set, and must be shown nowhere. */
export const SECRET = 'sk-3f1c-secret';

export type Use = 'CHAT' | 'TRANSCRIPTION' | 'SPEECH';
/** A server and settings that do not fit it. */
export interface Broken {
  readonly what: string;
  readonly use: Use;
  readonly server: RequestListener;
  /** Whether it has been stopped. */
  readonly isDown?: boolean;
  /** Settings, by their names without the prefix and the use. */
  readonly settings: (url: string) => Readonly<Record<string, string>>;
  /** Whether it may be used all the same. */
  readonly works?: true;
  /** What the doctor says. */
  readonly detail: RegExp;
  readonly advice: RegExp;
}

function answer(response: ServerResponse, status: number, body: object | string): void {
  const isText = typeof body === 'string';
  response
    .writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json' })
    .end(isText ? body : JSON.stringify(body));
}

/** An OpenAI-like server that knows these paths, and refuses what it is sent there. */
function refusing(status: number, body: object | string, paths = ['/v1/chat/completions']) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    if (request.url === '/v1/models') {
      const data = ['llama3.2:3b', 'qwen3:4b', 'gemma3', '\u001B[2Jllama3.1'].map((id) => ({
        id,
        object: 'model',
      }));
      return answer(response, 200, { object: 'list', data });
    }
    if (!paths.includes(request.url!)) return answer(response, 404, { detail: 'Not Found' });
    answer(response, status, body);
  };
}

const guarded =
  (words: string): RequestListener =>
  (_, response) =>
    answer(response, 401, { error: { message: words } });

const HEAR = '/v1/audio/transcriptions';

const v1 = (url: string) => ({ BASE_URL: `${url}/v1`, MODEL: 'a-model' });

export const BROKEN_SERVERS: readonly Broken[] = [
  {
    what: 'a model that the server has in another version',
    use: 'CHAT',
    server: refusing(404, { error: { message: 'model "llama3.1" not found, try pulling it' } }),
    settings: (url) => ({ BASE_URL: `${url}/v1`, MODEL: 'llama3.1' }),
    detail: /refused the request \(404\): model/,
    advice:
      /no model "llama3.1". It has llama3.2:3b, .*Set COMPATIBLE_\d_CHAT_MODEL=llama3.2:3b, or another/,
  },
  {
    what: 'an address without /v1',
    use: 'CHAT',
    // Ollama's answer to a request that names no model.
    server: refusing(404, { error: { message: "model '' not found" } }),
    settings: (url) => ({ BASE_URL: url, MODEL: 'm' }),
    detail: /\(404\): wrong path/,
    advice: /nothing at http\S+\/chat\/completions. Set COMPATIBLE_\d_CHAT_BASE_URL=http\S+\d\/v1:/,
  },
  {
    what: 'an address with /v1 twice',
    use: 'SPEECH',
    server: refusing(422, { detail: 'input is missing' }, ['/v1/audio/speech']),
    settings: (url) => ({ BASE_URL: `${url}/v1/v1` }),
    detail: /\(404\): wrong path/,
    advice: /Set COMPATIBLE_\d_SPEECH_BASE_URL=http:\/\/[\d.:]+\/v1:/,
  },
  {
    what: 'the path of whisper.cpp',
    use: 'TRANSCRIPTION',
    server: refusing(400, { error: "no 'file' field in the request" }, ['/inference']),
    settings: (url) => ({ BASE_URL: `${url}/v1` }),
    detail: /\(404\): wrong path/,
    advice:
      /Set COMPATIBLE_\d_TRANSCRIPTION_BASE_URL=http:\/\/[\d.:]+ and COMPATIBLE_\d_TRANSCRIPTION_PATH=\/inference:/,
  },
  {
    what: 'a header that is missing',
    use: 'CHAT',
    server: guarded('missing header X-Tenant'),
    settings: v1,
    detail: /\(401\): header/,
    advice: /wants a header. Set COMPATIBLE_\d_CHAT_HEADERS=X-Tenant: …/,
  },
  {
    what: 'a key that is missing',
    use: 'TRANSCRIPTION',
    server: guarded('Unauthorized'),
    settings: v1,
    detail: /\(401\)/,
    advice: /wants a key. Set COMPATIBLE_\d_TRANSCRIPTION_API_KEY/,
  },
  {
    what: 'a wrong key',
    use: 'CHAT',
    server: guarded('Incorrect API key provided'),
    settings: (url) => ({ ...v1(url), API_KEY: SECRET }),
    detail: /does not accept the key \(401\)/,
    advice: /does not accept the key. Correct COMPATIBLE_\d_CHAT_API_KEY/,
  },
  {
    what: 'a host that does not exist',
    use: 'TRANSCRIPTION',
    server: guarded(''),
    settings: () => ({ BASE_URL: 'http://whisper.invalid:8081' }),
    detail: /could not be reached: no such host/,
    advice: /no host of this name. Correct COMPATIBLE_\d_TRANSCRIPTION_BASE_URL/,
  },
  {
    what: 'a port at which no program listens',
    use: 'SPEECH',
    server: guarded(''),
    isDown: true,
    settings: v1,
    detail: /could not be reached: connection refused/,
    advice: /No program listens at http:\/\/127\S+\/v1\/. Start the server, or correct/,
  },
  {
    what: 'https for a server that speaks http',
    use: 'TRANSCRIPTION',
    server: guarded(''),
    settings: (url) => v1(url.replace('http:', 'https:')),
    detail: /could not be reached: not TLS/,
    advice: /speaks plain http. Begin COMPATIBLE_\d_TRANSCRIPTION_BASE_URL with http:\/\//,
  },
  {
    what: 'http for a server that speaks https',
    use: 'TRANSCRIPTION',
    server: (_, response) =>
      answer(response, 400, '<html>The plain HTTP request was sent to HTTPS port</html>'),
    settings: v1,
    detail: /\(400\): plain HTTP/,
    advice: /speaks https only. Begin COMPATIBLE_\d_TRANSCRIPTION_BASE_URL with https:\/\//,
  },
  {
    what: 'a server that is frozen',
    use: 'CHAT',
    server: () => {},
    settings: v1,
    detail: /no answer in time/,
    advice: /takes requests but does not answer. It is frozen/,
  },
  {
    what: 'a web page in place of the API',
    use: 'CHAT',
    server: (_, response) => answer(response, 200, '<!doctype html><title>Chat</title>'),
    settings: v1,
    detail: /form it does not document/,
    advice: /web page|not of the OpenAI API.*COMPATIBLE_\d_CHAT_BASE_URL/,
  },
  {
    what: 'an account without credit',
    use: 'CHAT',
    server: refusing(429, { error: { code: 'insufficient_quota' } }),
    settings: v1,
    detail: /\(429\): quota/,
    advice: /used up its quota or its credit/,
  },
  {
    what: 'a context that is too small',
    use: 'CHAT',
    server: refusing(400, { error: { type: 'exceed_context_size_error', n_ctx: 512 } }),
    settings: v1,
    detail: /\(400\): context/,
    advice: /longer than the model’s context. Start the server with a longer one/,
  },
  {
    what: 'a model that refuses tools',
    use: 'CHAT',
    async server(request, response) {
      if (request.method === 'GET') return answer(response, 404, {});
      const asked = await readBody(request);
      if (asked?.includes('"tools"') === true)
        return answer(response, 400, {
          error: { message: 'gemma3:latest does not support tools' },
        });
      startSse(response);
      const choice = { index: 0, delta: { content: 'ready' }, finish_reason: 'stop' };
      response.end(sseEvent({ choices: [choice] }) + sseEvent('[DONE]'));
    },
    settings: v1,
    works: true,
    detail: /said “ready”/,
    advice: /refuses tools, without which there are no timers.*--enable-auto-tool-choice.*--jinja/,
  },
  {
    what: 'a format that Parley does not read',
    use: 'SPEECH',
    server(request, response) {
      if (request.method === 'GET') return answer(response, 404, {});
      response.writeHead(200, { 'content-type': 'audio/mpeg' }).end('ID3');
    },
    settings: v1,
    detail: /form it does not document/,
    advice: /no audio that Parley reads: raw 16-bit samples .* or WAV/,
  },
  {
    what: 'samples at another rate',
    use: 'SPEECH',
    server(request, response) {
      if (request.method === 'GET') return answer(response, 404, {});
      // Three quarters of a second at the rate that Parley expects.
      response.writeHead(200, { 'content-type': 'audio/pcm' }).end(new Uint8Array(36_000));
    },
    settings: v1,
    works: true,
    detail: /spoke for 750 ms/,
    advice: /faster or slower than people do.*_SPEECH_RATE/,
  },
  {
    what: 'a voice that the server does not have',
    use: 'SPEECH',
    server: refusing(400, { detail: "Voice 'alloy' not found" }, ['/v1/audio/speech']),
    settings: v1,
    detail: /\(400\): voice/,
    advice: /does not have the voice that it is asked for. Correct COMPATIBLE_\d_VOICES/,
  },
  {
    what: 'a server that fails by itself',
    use: 'SPEECH',
    server: refusing(500, { detail: 'CUDA out of memory' }, ['/v1/audio/speech']),
    settings: v1,
    detail: /out of order \(500\)/,
    advice: /fails by itself; its own log says why/,
  },
  {
    what: 'a proxy whose server is down',
    use: 'SPEECH',
    server: (_, response) => answer(response, 502, '<html><title>502 Bad Gateway</title></html>'),
    settings: v1,
    detail: /out of order \(502\): HTML/,
    advice: /A proxy answers .* the server behind it is down/,
  },
  {
    what: 'a proxy that takes no long requests',
    use: 'TRANSCRIPTION',
    server: refusing(413, '<html><title>413 Request Entity Too Large</title></html>', [HEAR]),
    settings: v1,
    detail: /\(413\): HTML/,
    advice: /nothing as long as a recording. Raise its limit/,
  },
  {
    what: 'a server that has moved',
    use: 'TRANSCRIPTION',
    server: (request, response) =>
      void response.writeHead(301, { location: `https://new.invalid${request.url}?secret` }).end(),
    settings: v1,
    detail: /\(301\): redirect/,
    advice: /Set COMPATIBLE_\d_TRANSCRIPTION_BASE_URL=https:\/\/new.invalid\/v1, if you trust/,
  },
  {
    what: 'a model that has yet to be fetched',
    use: 'TRANSCRIPTION',
    server: refusing(404, { detail: "Model 'a-model' is not installed locally." }, [HEAR]),
    settings: v1,
    detail: /\(404\): model/,
    advice: /no model "a-model"/,
  },
];
