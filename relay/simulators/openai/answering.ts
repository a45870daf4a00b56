import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import { parseJson } from '../../src/base/lib/json.ts';
import { pause, readBody } from '../kit/http-answers.ts';
import { breakResponse, type SimulatorServer } from '../kit/simulator-server.ts';
import type { LanguageModelBehaviour } from '../language-models/language-model-behaviour.ts';

/**
 * - `openai`: OpenAI itself; tells usage in a chunk of its own if `stream_options` asks for it
 * - `compatible`: a server of someone else's; needs no key, has any model and any voice
 * - `bare`: the same, but never tells usage, and leaves the model's thoughts in the text
 * - `groq`: below `/openai/v1`; tells usage in the last chunk's `x_groq`, unasked
 */
export type Flavour = 'openai' | 'compatible' | 'bare' | 'groq';

export interface OpenAiBehaviour extends LanguageModelBehaviour {
  readonly flavour?: Flavour;
  /** What this server does unlike others, before the request is looked at in any other way. */
  readonly vice?: Vice | undefined;
}

/**
 * A server's own way with a request.
 *
 * @param request - its body is read with `readBody`
 * @returns whether it has dealt with the request; else the server answers as usual
 */
export type Vice = (
  request: IncomingMessage,
  response: ServerResponse,
) => boolean | Promise<boolean>;

/** What every endpoint is given. */
export interface Endpoint {
  readonly server: SimulatorServer;
  readonly behaviour: OpenAiBehaviour;
  readonly flavour: Flavour;
}

/** A refusal in the vendor's shape. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string | null;
  readonly param: string | null;

  constructor(status: number, message: string, code: string | null, param: string | null = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.param = param;
  }

  get body() {
    const type = this.status >= 500 ? 'server_error' : 'invalid_request_error';
    return { error: { message: this.message, type, param: this.param, code: this.code } };
  }
}

/** @throws Refusal if the body is too long */
export async function wholeBody(request: IncomingMessage): Promise<Buffer> {
  const body = await readBody(request);
  if (body === undefined) throw new Refusal(413, 'Maximum content size exceeded.', null);
  return body;
}

/** @throws Refusal if the body is not JSON or does not fit */
export async function readRequest<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  if (!(request.headers['content-type'] ?? '').startsWith('application/json'))
    throw new Refusal(400, 'Content-Type must be application/json.', null);
  const value = parseJson((await wholeBody(request)).toString('utf8'));
  if (value === undefined)
    throw new Refusal(400, 'We could not parse the JSON body of your request.', null);
  return checked(value, schema);
}

/** @throws Refusal that names the first field at fault, as the vendor does */
export function checked<T>(value: unknown, schema: z.ZodType<T>): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const isUnknown = issue.code === 'unrecognized_keys';
  const param = [...issue.path, ...(isUnknown ? issue.keys : [])].join('.');
  throw isUnknown
    ? new Refusal(400, `Unknown parameter: '${param}'.`, 'unknown_parameter', param)
    : new Refusal(400, `Invalid value for '${param}': ${issue.message}`, 'invalid_value', param);
}

/**
 * What comes before the first answer: the time it takes, and a fault that is due.
 *
 * @returns whether to go on
 */
export async function beforeAnswer(
  { server }: Endpoint,
  response: ServerResponse,
  delayMs = 0,
): Promise<boolean> {
  const fault = server.plan.take('first-use');
  const slowMs = fault?.kind === 'slow' ? fault.delayMs : 0;
  if (!(await pause(response, delayMs + slowMs))) return false;
  return !breakResponse(response, fault);
}
