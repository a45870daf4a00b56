import { readJson, sendJson } from '../kit/http-answers.ts';
import type { Vice } from './answering.ts';

/** A refusal as a server sends it. */
export interface ChatRefusal {
  readonly server: string;
  readonly status: number;
  readonly body: object;
}

/** How servers refuse tools. */
export const TOOL_REFUSALS: readonly ChatRefusal[] = [
  {
    server: 'vLLM without its flag',
    status: 400,
    body: {
      object: 'error',
      message:
        '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
      type: 'BadRequestError',
      param: null,
      code: 400,
    },
  },
  {
    server: 'Ollama with gemma3',
    status: 400,
    body: {
      error: {
        message: 'registry.ollama.ai/library/gemma3:latest does not support tools',
        type: 'api_error',
        param: null,
        code: null,
      },
    },
  },
  {
    server: 'llama-server without its flag',
    status: 500,
    body: {
      error: { code: 500, message: 'tools param requires --jinja flag', type: 'server_error' },
    },
  },
  {
    server: 'LiteLLM',
    status: 400,
    body: {
      error: {
        message:
          "litellm.UnsupportedParamsError: GradientAI does not support parameter 'tools'. To drop unsupported params, set `drop_params=True`.",
        type: 'None',
        param: null,
        code: '400',
      },
    },
  },
  {
    server: 'xAI',
    status: 400,
    body: {
      code: 'Client specified an invalid argument',
      error:
        'Invalid request content: The model does not support tool use or function calling but tools or tool_choice have been specified on the request.',
    },
  },
  {
    server: 'a server that checks fields',
    status: 422,
    body: {
      detail: [
        {
          type: 'extra_forbidden',
          loc: ['body', 'tools'],
          msg: 'Extra inputs are not permitted',
        },
      ],
    },
  },
];

/** How servers refuse what is longer than their context. */
export const CONTEXT_REFUSALS: readonly {
  readonly server: string;
  /** @param sent - tokens */
  readonly refuse: (sent: number, max: number) => Omit<ChatRefusal, 'server'>;
}[] = [
  {
    server: 'OpenAI',
    refuse: (sent, max) => ({
      status: 400,
      body: {
        error: {
          message: `This model's maximum context length is ${max} tokens. However, your messages resulted in ${sent} tokens. Please reduce the length of the messages.`,
          type: 'invalid_request_error',
          param: 'messages',
          code: 'context_length_exceeded',
        },
      },
    }),
  },
  {
    server: 'llama-server',
    refuse: (sent, max) => ({
      status: 400,
      body: {
        error: {
          code: 400,
          message: 'the request exceeds the available context size, try increasing it',
          type: 'exceed_context_size_error',
          n_prompt_tokens: sent,
          n_ctx: max,
        },
      },
    }),
  },
  {
    server: 'Groq',
    refuse: (sent, max) => ({
      status: 413,
      body: {
        error: {
          message: `Request too large for model \`simulated\` on tokens per minute (TPM): Limit ${max}, Requested ${sent}, please reduce your message size and try again.`,
          type: 'tokens',
          code: 'rate_limit_exceeded',
        },
      },
    }),
  },
  {
    server: 'one that names no numbers',
    refuse: () => ({ status: 400, body: { error: 'the input length exceeds the context length' } }),
  },
];

interface Chat {
  readonly messages: readonly object[];
  readonly tools?: readonly object[];
}

async function chatIn(request: Parameters<Vice>[0]): Promise<Chat | undefined> {
  const isChat = request.method === 'POST' && request.url?.endsWith('/chat/completions') === true;
  return isChat ? ((await readJson(request)) as Chat) : undefined;
}

/** Refuses every request with tools. */
export function refusingTools({ status, body }: Omit<ChatRefusal, 'server'>): Vice {
  return async (request, response) =>
    (await chatIn(request))?.tools !== undefined && sendJson(response, status, body);
}

/** Every three characters of JSON, which is not how the relay counts. */
export function tokensSent({ messages, tools = [] }: Chat): number {
  return Math.ceil((JSON.stringify(messages).length + JSON.stringify(tools).length) / 3);
}

/** Refuses what is longer than its context. */
export function smallContext(
  maxTokens: number,
  refuse: (sent: number, max: number) => Omit<ChatRefusal, 'server'>,
): Vice {
  return async (request, response) => {
    const chat = await chatIn(request);
    if (chat === undefined || tokensSent(chat) <= maxTokens) return false;
    const { status, body } = refuse(tokensSent(chat), maxTokens);
    return sendJson(response, status, body);
  };
}
