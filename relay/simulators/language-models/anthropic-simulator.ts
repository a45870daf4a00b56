import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { readJson, sendJson } from '../kit/http-answers.ts';
import { SimulatorServer } from '../kit/simulator-server.ts';
import type { Simulator } from '../kit/simulator.ts';
import { anthropicRequest, askedBy, wrongOrder } from './anthropic-request.ts';
import {
  streamEvents,
  tokensOf,
  turnFor,
  type LanguageModelBehaviour,
  type Turn,
} from './language-model-behaviour.ts';

/** The newer one no longer takes sampling parameters such as `temperature`. */
const API_VERSIONS = ['2023-06-01', '2026-10-21'];

/** Anthropic's `/v1/messages`, streaming, and `/v1/models`. */
export async function startAnthropicSimulator(
  behaviour: LanguageModelBehaviour = {},
): Promise<Simulator> {
  const server = new SimulatorServer({
    async request(request, response) {
      const { pathname } = new URL(request.url ?? '/', 'http://simulator');
      const isModels = request.method === 'GET' && pathname === '/v1/models';
      const isMessages = request.method === 'POST' && pathname === '/v1/messages';
      if (!isModels && !isMessages) return false;
      // The vendor's own SDK sends its keys as bearer tokens; the reference names the other header.
      const { authorization, 'x-api-key': apiKey } = request.headers;
      if (apiKey !== server.key && authorization !== `Bearer ${server.key}`) {
        return refuse(response, 401, 'authentication_error');
      }
      if (!API_VERSIONS.includes(versionOf(request))) {
        server.complain('The header anthropic-version is missing or unknown.');
        return refuse(response, 400, 'invalid_request_error');
      }
      if (isModels) return listModels(response);
      return messages(server, behaviour, request, response);
    },
  });
  return server.listen();
}

function listModels(response: ServerResponse): true {
  const model = {
    type: 'model',
    id: 'claude-simulated',
    display_name: 'Claude, simulated',
    created_at: '2025-01-01T00:00:00Z',
  };
  return sendJson(response, 200, {
    data: [model],
    has_more: false,
    first_id: model.id,
    last_id: model.id,
  });
}

async function messages(
  server: SimulatorServer,
  behaviour: LanguageModelBehaviour,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const parsed = anthropicRequest.safeParse(await readJson(request));
  if (!parsed.success) {
    server.complain(`messages: ${z.prettifyError(parsed.error)}`);
    return refuse(response, 400, 'invalid_request_error');
  }
  const body = parsed.data;
  const complaint =
    body.temperature !== undefined && versionOf(request) === API_VERSIONS[1]
      ? 'This version of the API takes no temperature.'
      : wrongOrder(body);
  if (complaint !== undefined) {
    server.complain(complaint);
    return refuse(response, 400, 'invalid_request_error');
  }
  const turn = turnFor(behaviour, askedBy(body));
  const inputTokens = tokensOf(JSON.stringify([body.system, body.messages]));
  const blocks = blocksOf(turn, behaviour.think);
  const events = [
    { type: 'message_start', message: emptyMessage(body.model, inputTokens) },
    ...blocks.events,
    {
      type: 'message_delta',
      delta: { stop_reason: stopReasonOf(turn), stop_sequence: null },
      usage: { output_tokens: outputTokens(turn) },
    },
    { type: 'message_stop' },
  ];
  const wire = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  const split = 1 + blocks.firstPiece;
  await streamEvents(response, server.plan, {
    delayMs: behaviour.firstTokenDelayMs,
    opening: wire.slice(0, split),
    rest: wire.slice(split),
  });
  return true;
}

function stopReasonOf(turn: Turn): string {
  if (turn.kind === 'tool') return 'tool_use';
  return turn.isRefusal === true ? 'refusal' : 'end_turn';
}

function versionOf(request: IncomingMessage): string {
  return String(request.headers['anthropic-version']);
}

type Event = { readonly type: string } & Readonly<Record<string, unknown>>;

/** @returns the blocks' events, and how many of them are sent up to the first piece */
function blocksOf(
  turn: Turn,
  think: string | undefined,
): { readonly events: Event[]; readonly firstPiece: number } {
  const events: Event[] = [];
  const block = (index: number, content: object, deltas: readonly object[]) => {
    events.push({ type: 'content_block_start', index, content_block: content });
    if (index === 0) events.push({ type: 'ping' });
    for (const delta of deltas) events.push({ type: 'content_block_delta', index, delta });
    events.push({ type: 'content_block_stop', index });
  };
  if (think !== undefined) {
    block(0, { type: 'thinking', thinking: '', signature: '' }, [
      { type: 'thinking_delta', thinking: think },
      { type: 'signature_delta', signature: 'c2lnbmVk' },
    ]);
  }
  const index = think === undefined ? 0 : 1;
  const before = events.length;
  if (turn.kind === 'text' && turn.isRefusal === true) return { events, firstPiece: events.length };
  if (turn.kind === 'text') {
    const deltas = turn.words.map((text) => ({ type: 'text_delta', text }));
    block(index, { type: 'text', text: '' }, deltas);
  } else {
    const json = JSON.stringify(turn.use.input);
    const half = Math.floor(json.length / 2);
    block(index, { type: 'tool_use', id: 'toolu_simulated', name: turn.use.name, input: {} }, [
      { type: 'input_json_delta', partial_json: '' },
      { type: 'input_json_delta', partial_json: json.slice(0, half) },
      { type: 'input_json_delta', partial_json: json.slice(half) },
    ]);
  }
  const first = events.findIndex((event, at) => at >= before && 'delta' in event);
  return { events, firstPiece: first < 0 ? events.length : first + 1 };
}

function emptyMessage(model: string, inputTokens: number): object {
  return {
    id: 'msg_simulated',
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: {
      input_tokens: inputTokens,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: 1,
    },
  };
}

function outputTokens(turn: Turn): number {
  return tokensOf(turn.kind === 'text' ? turn.words.join('') : JSON.stringify(turn.use));
}

function refuse(response: ServerResponse, status: number, type: string): true {
  return sendJson(response, status, {
    type: 'error',
    error: { type, message: `Simulated refusal: ${type}.` },
    request_id: 'req_simulated',
  });
}
