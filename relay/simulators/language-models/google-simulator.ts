import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { readJson, sendJson } from '../kit/http-answers.ts';
import { SimulatorServer } from '../kit/simulator-server.ts';
import type { Simulator } from '../kit/simulator.ts';
import {
  streamEvents,
  tokensOf,
  turnFor,
  type Asked,
  type LanguageModelBehaviour,
} from './language-model-behaviour.ts';

const part = z.union([
  z.strictObject({ text: z.string(), thoughtSignature: z.string().optional() }),
  z.strictObject({
    functionCall: z.strictObject({
      id: z.string().optional(),
      name: z.string(),
      args: z.looseObject({}),
    }),
    thoughtSignature: z.string().optional(),
  }),
  z.strictObject({
    functionResponse: z.strictObject({
      id: z.string().optional(),
      name: z.string(),
      response: z.looseObject({}),
    }),
  }),
]);

const googleRequest = z.strictObject({
  contents: z
    .array(z.strictObject({ role: z.enum(['user', 'model']), parts: z.array(part).min(1) }))
    .min(1),
  systemInstruction: z
    .strictObject({ parts: z.array(z.strictObject({ text: z.string() })).min(1) })
    .optional(),
  tools: z
    .array(
      z.strictObject({
        functionDeclarations: z.array(
          z.strictObject({
            name: z.string().regex(/^[A-Za-z_][\w.:-]{0,63}$/),
            description: z.string(),
            parameters: z.looseObject({}).optional(),
            parametersJsonSchema: z.looseObject({}).optional(),
          }),
        ),
      }),
    )
    .optional(),
  toolConfig: z
    .strictObject({
      functionCallingConfig: z.strictObject({ mode: z.enum(['AUTO', 'NONE', 'ANY', 'VALIDATED']) }),
    })
    .optional(),
  generationConfig: z
    .strictObject({
      maxOutputTokens: z.int().positive().optional(),
      temperature: z.number().min(0).max(2).optional(),
      thinkingConfig: z.looseObject({}).optional(),
    })
    .optional(),
});

type GoogleRequest = z.infer<typeof googleRequest>;

/**
 * Google's `v1beta/models/…:streamGenerateContent` and `v1beta/models`.
 *
 * Google's own SDK is not a dependency here, so that only the AI SDK's provider has confirmed
 * these shapes.
 */
export async function startGoogleSimulator(
  behaviour: LanguageModelBehaviour = {},
): Promise<Simulator> {
  const server = new SimulatorServer({
    async request(request, response) {
      const url = new URL(request.url ?? '/', 'http://simulator');
      const isModels = request.method === 'GET' && url.pathname === '/v1beta/models';
      const isStream =
        request.method === 'POST' &&
        /^\/v1beta\/models\/[\w.-]+:streamGenerateContent$/.test(url.pathname);
      if (!isModels && !isStream) return false;
      const key = request.headers['x-goog-api-key'] ?? url.searchParams.get('key');
      if (key === null || key === '') return refuse(response, 403, 'PERMISSION_DENIED');
      if (key !== server.key) return refuse(response, 400, 'INVALID_ARGUMENT', 'API_KEY_INVALID');
      if (isModels) {
        const models = [{ name: 'models/gemini-simulated', displayName: 'Gemini, simulated' }];
        return sendJson(response, 200, { models });
      }
      if (url.searchParams.get('alt') !== 'sse') {
        server.complain(
          'Without alt=sse the answer is one JSON array, which is not supported here.',
        );
        return refuse(response, 400, 'INVALID_ARGUMENT');
      }
      return generate(server, behaviour, request, response);
    },
  });
  return server.listen();
}

async function generate(
  server: SimulatorServer,
  behaviour: LanguageModelBehaviour,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const parsed = googleRequest.safeParse(await readJson(request));
  if (!parsed.success) {
    server.complain(`streamGenerateContent: ${z.prettifyError(parsed.error)}`);
    return refuse(response, 400, 'INVALID_ARGUMENT');
  }
  const chunks = chunksOf(parsed.data, behaviour);
  const wire = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`);
  const split = behaviour.think === undefined ? 1 : 2;
  await streamEvents(response, server.plan, {
    delayMs: behaviour.firstTokenDelayMs,
    opening: wire.slice(0, split),
    rest: wire.slice(split),
  });
  return true;
}

function chunksOf(body: GoogleRequest, behaviour: LanguageModelBehaviour): object[] {
  const turn = turnFor(behaviour, askedBy(body));
  const parts: object[] =
    turn.kind === 'text'
      ? turn.words.map((text) => ({ text }))
      : [
          {
            functionCall: { name: turn.use.name, args: turn.use.input },
            thoughtSignature: 'c2lnbmVk',
          },
        ];
  if (behaviour.think !== undefined) parts.unshift({ text: behaviour.think, thought: true });
  const isRefusal = turn.kind === 'text' && turn.isRefusal === true;
  if (isRefusal) parts.push({ text: '' });
  const promptTokenCount = tokensOf(JSON.stringify(body.contents));
  let candidatesTokenCount = 0;
  return parts.map((content, index) => {
    candidatesTokenCount += tokensOf(JSON.stringify(content));
    const isLast = index === parts.length - 1;
    return {
      candidates: [
        {
          content: { parts: [content], role: 'model' },
          ...(isLast ? { finishReason: isRefusal ? 'SAFETY' : 'STOP' } : {}),
          index: 0,
        },
      ],
      usageMetadata: {
        promptTokenCount,
        candidatesTokenCount,
        totalTokenCount: promptTokenCount + candidatesTokenCount,
      },
      modelVersion: 'gemini-simulated',
      responseId: 'simulated',
    };
  });
}

function askedBy({ contents, tools, toolConfig }: GoogleRequest): Asked {
  const spokenAt = contents.findLastIndex(
    ({ role, parts }) => role === 'user' && parts.some((each) => 'text' in each),
  );
  const spoken = contents[spokenAt]?.parts ?? [];
  const mayCall = toolConfig?.functionCallingConfig.mode !== 'NONE';
  return {
    question: spoken.map((each) => ('text' in each ? each.text : '')).join(''),
    toolResults: contents
      .slice(spokenAt)
      .flatMap(({ parts }) =>
        parts.flatMap((each) =>
          'functionResponse' in each ? [resultOf(each.functionResponse.response)] : [],
        ),
      ),
    toolNames: mayCall
      ? (tools ?? []).flatMap((tool) => tool.functionDeclarations.map(({ name }) => name))
      : [],
  };
}

function resultOf(response: Readonly<Record<string, unknown>>): string {
  const { content } = response;
  return typeof content === 'string' ? content : JSON.stringify(response);
}

function refuse(response: ServerResponse, status: number, word: string, reason?: string): true {
  const details = [
    {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason,
      domain: 'googleapis.com',
    },
  ];
  return sendJson(response, status, {
    error: {
      code: status,
      message: `Simulated refusal: ${reason ?? word}.`,
      status: word,
      ...(reason === undefined ? {} : { details }),
    },
  });
}
