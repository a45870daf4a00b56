import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  readBody,
  sendJson,
  sseEvent,
  startSse,
  write,
} from '../../simulators/kit/http-answers.ts';
import { toneFor } from '../../simulators/kit/simulator.ts';
import type { Vice } from '../../simulators/openai/answering.ts';
import { isForVictim, OTHER, VICTIM } from './vicious-server.ts';
import type { ViceRow } from './vice-row.ts';

/** Does this with the victim's requests to an endpoint. */
function toVictim(
  endpoint: 'chat/completions' | 'audio/speech' | 'audio/transcriptions',
  deal: (request: IncomingMessage, response: ServerResponse) => unknown,
): Vice {
  return async (request, response) => {
    if (request.url !== `/v1/${endpoint}` || !(await isForVictim(request))) return false;
    await deal(request, response);
    return true;
  };
}

/** Sends the same again and again, as fast as it is read. */
async function forEver(response: ServerResponse, piece: string | Uint8Array): Promise<void> {
  while (await write(response, piece));
}

const voice = (type: string, bytes: (samples: Int16Array) => Uint8Array): Vice =>
  toVictim('audio/speech', (_, response) =>
    response.writeHead(200, { 'content-type': type }).end(bytes(toneFor('short', 16_000))),
  );
const inStereo = (samples: Int16Array) =>
  new Uint8Array(Int16Array.from([...samples].flatMap((one) => [one, one])).buffer);

/** Its template writes the opening tag into the prompt. */
const thinkingUntagged: Vice = async (request, response) => {
  if (request.url !== '/v1/chat/completions') return false;
  const { answer } = (await isForVictim(request)) ? VICTIM : OTHER;
  startSse(response);
  for (const content of ['Okay, ', 'they ask.', '\n', '</think>', '\n\n', answer]) {
    await write(response, sseEvent({ choices: [{ index: 0, delta: { content } }] }));
  }
  const last = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
  response.end(sseEvent(last) + sseEvent('[DONE]'));
  return true;
};

const failed = { words: /sorry, I could not find an answer/, code: 'generator_failed' } as const;
const late = { words: /sorry, that took me too long/, code: 'generator_timeout' } as const;

/** The deadline of the whole stage does not end the wait. */
const FIRST_WORD = { GENERATOR_FIRST_WORD_S: '3', GENERATOR_DEADLINE_S: '60' };

/** Servers that fall silent, never stop, or speak in another format than most. */
export const STREAM_VICES: readonly ViceRow[] = [
  {
    what: 'is frozen: it takes the question and says nothing',
    settings: () => FIRST_WORD,
    vice: toVictim('chat/completions', () => {}),
    end: late,
  },
  {
    what: 'is frozen after its headers',
    settings: () => FIRST_WORD,
    vice: toVictim('chat/completions', (_, response) => {
      startSse(response);
      response.flushHeaders();
    }),
    end: late,
  },
  {
    what: 'resets the connection',
    vice: toVictim('chat/completions', (request) => request.socket.resetAndDestroy()),
    end: failed,
  },
  {
    what: 'hands out thoughts as the answer, without an opening tag',
    settings: () => ({ COMPATIBLE_CHAT_MODEL: 'Qwen/Qwen3-4B-Thinking-2507' }),
    vice: thinkingUntagged,
    end: 'answer',
  },
  {
    what: 'answers in one piece instead of a stream',
    vice: toVictim('chat/completions', (_, response) =>
      sendJson(response, 200, {
        object: 'chat.completion',
        choices: [
          { message: { role: 'assistant', content: VICTIM.answer }, finish_reason: 'stop' },
        ],
      }),
    ),
    end: 'answer',
  },
  {
    what: 'leaves the notation of its model in the text',
    vice: toVictim('chat/completions', (_, response) => {
      startSse(response);
      const content = `<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>${VICTIM.answer}<|return|>`;
      response.end(sseEvent({ choices: [{ delta: { content }, finish_reason: 'stop' }] }));
    }),
    end: 'answer',
  },
  {
    what: 'sends a page in the place of a stream',
    vice: toVictim('chat/completions', (_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>Hello.'),
    ),
    end: failed,
    logs: /HTML/,
  },
  {
    what: 'sends an event without an end',
    vice: toVictim('chat/completions', async (_, response) => {
      startSse(response);
      response.write('data: {"choices":[{"delta":{"content":"');
      await forEver(response, 'x'.repeat(64 * 1_024));
    }),
    end: failed,
  },
  {
    what: 'sends lines of an event without an end',
    vice: toVictim('chat/completions', async (_, response) => {
      startSse(response);
      await forEver(response, 'data: x\n'.repeat(8 * 1_024));
    }),
    end: failed,
  },
  {
    what: 'sends a refusal without an end',
    vice: toVictim('chat/completions', async (_, response) => {
      response.writeHead(500, { 'content-type': 'application/json' });
      await forEver(response, ' '.repeat(64 * 1_024));
    }),
    end: failed,
  },
  {
    what: 'sends a transcript without an end',
    vice: toVictim('audio/transcriptions', async (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      await forEver(response, ' '.repeat(64 * 1_024));
    }),
    end: { words: /sorry, my hearing failed/, code: undefined },
  },
  {
    what: 'speaks at a rate of its own, and says so',
    vice: voice('audio/pcm;rate=16000', (samples) => new Uint8Array(samples.buffer)),
    end: 'answer',
  },
  {
    what: 'speaks in stereo',
    vice: voice('audio/L16;rate=16000;channels=2', inStereo),
    end: 'answer',
  },
  {
    what: 'has a voice without an end, and then none at all',
    vice: toVictim('audio/speech', async (request, response) => {
      const isFirst = (await readBody(request))?.includes('hears this');
      if (isFirst !== true) return void response.writeHead(500).end();
      response.writeHead(200, { 'content-type': 'audio/pcm' });
      await forEver(response, new Uint8Array(48_000));
    }),
    end: { words: new RegExp(`^${VICTIM.answer}$`), code: 'synthesizer_failed' },
    withinMs: 15_000,
  },
];
