import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import type { Fault } from '../kit/fault.ts';
import { breakResponse, type SimulatorServer } from '../kit/simulator-server.ts';
import type { Behaviour } from '../kit/simulator.ts';

/** How an OpenAI-compatible server answers beyond what all simulators know. */
export interface OpenAiBehaviour extends Behaviour {
  /** A server of someone else's: needs no key, has any model and any voice. */
  readonly isCompatible?: boolean;
  /** A tool the model wants to use on this question, out of those it is offered. */
  readonly callTool?: (
    question: string,
    offered: readonly string[],
  ) => { readonly name: string; readonly arguments: object } | undefined;
}

/** What every endpoint is given. */
export interface Endpoint {
  readonly server: SimulatorServer;
  readonly behaviour: OpenAiBehaviour;
}

/** Largest upload, bytes; the vendor's own limit for files. */
const MAX_BODY_BYTES = 25 * 1024 * 1024;

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

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw new Refusal(413, 'Maximum content size exceeded.', null);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** @throws Refusal where the body is no JSON or does not fit */
export async function readJson<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  if (!(request.headers['content-type'] ?? '').startsWith('application/json'))
    throw new Refusal(400, 'Content-Type must be application/json.', null);
  let value: unknown;
  try {
    value = JSON.parse((await readBody(request)).toString('utf8'));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(400, 'We could not parse the JSON body of your request.', null);
  }
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

export function sendJson(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

/** Waits, unless the other side hangs up first. @returns whether it is still there */
export async function pause(delayMs: number, response: ServerResponse): Promise<boolean> {
  if (delayMs > 0 && !response.destroyed) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, delayMs);
    response.once('close', resolve);
    await promise;
    clearTimeout(timer);
    response.off('close', resolve);
  }
  return !response.destroyed;
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
  const fault: Fault | undefined = server.plan.take('first-use');
  const slowMs = fault?.kind === 'slow' ? fault.delayMs : 0;
  if (!(await pause(delayMs + slowMs, response))) return false;
  return !breakResponse(response, fault);
}

/** Writes, and waits for a reader that is behind. @returns whether it is still there */
export async function write(response: ServerResponse, data: string | Uint8Array): Promise<boolean> {
  if (response.destroyed) return false;
  if (response.write(data)) return true;
  const { promise, resolve } = Promise.withResolvers<void>();
  response.once('drain', resolve).once('close', resolve);
  await promise;
  response.off('drain', resolve).off('close', resolve);
  return !response.destroyed;
}

/** One server-sent event (WHATWG HTML, section 9.2). */
export function sseEvent(data: object | string): string {
  return `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}

export function startSse(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
}

/** Text as a model streams it: word by word, each with the space before it. */
export function inPieces(text: string): string[] {
  return text.match(/\s*\S+/g) ?? [];
}
