import type { IncomingMessage, ServerResponse } from 'node:http';
import { breakResponse } from '../kit/simulator-server.ts';
import type { FaultPlan } from '../kit/fault.ts';
import type { Behaviour } from '../kit/simulator.ts';

/** How a simulated model answers. */
export interface LanguageModelBehaviour extends Behaviour {
  /** A tool to use for what the person said last, before anything is answered. */
  readonly useTool?: (question: string) => ToolUse | undefined;
  /** How often the tool is used before the answer; once where not told. */
  readonly toolRounds?: number;
  /** The answer once a tool has said `result`; without it, `result` itself. */
  readonly answerAfterTool?: (result: string) => string;
  /** What the model thinks before it answers, in the vendor's own place for it. */
  readonly think?: string;
}

export interface ToolUse {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What the model is asked, whatever the vendor's shape. */
export interface Asked {
  /** The last thing the person said. */
  readonly question: string;
  /** What tools answered since. */
  readonly toolResults: readonly string[];
  readonly toolNames: readonly string[];
}

export type Turn =
  | { readonly kind: 'text'; readonly words: readonly string[] }
  | { readonly kind: 'tool'; readonly use: ToolUse };

/** What the model does: a tool first where it is told to and may, words otherwise. */
export function turnFor(behaviour: LanguageModelBehaviour, asked: Asked): Turn {
  const { question, toolResults, toolNames } = asked;
  const use =
    toolResults.length < (behaviour.toolRounds ?? 1) ? behaviour.useTool?.(question) : undefined;
  if (use !== undefined && toolNames.includes(use.name)) return { kind: 'tool', use };
  const result = toolResults.at(-1);
  return textTurn(
    result === undefined
      ? (behaviour.answer?.(question) ?? `You said: ${question}`)
      : (behaviour.answerAfterTool?.(result) ?? result),
  );
}

function textTurn(text: string): Turn {
  return { kind: 'text', words: text.match(/\s*\S+\s*$|\s*\S+/g) ?? [] };
}

/** Four characters a token, as is usual for an estimate. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}

/** @returns undefined where the body is no JSON */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    return undefined;
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): true {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  return true;
}

/**
 * Streams server-sent events, with the faults that are planned.
 *
 * @param stream.opening - everything up to and with the first piece of the answer
 */
export async function streamEvents(
  response: ServerResponse,
  plan: FaultPlan,
  stream: {
    readonly delayMs: number | undefined;
    readonly opening: readonly string[];
    readonly rest: readonly string[];
  },
): Promise<void> {
  const fault = plan.take('first-use', ['slow', 'stall', 'malformed', 'abrupt-close']);
  await wait(response, (stream.delayMs ?? 0) + (fault?.kind === 'slow' ? fault.delayMs : 0));
  if (response.destroyed) return;
  if (fault?.kind === 'malformed') writeHead(response);
  if (breakResponse(response, fault)) return;
  writeHead(response);
  for (const event of stream.opening) response.write(event);
  const later = plan.take('mid-stream');
  if (later !== undefined) await written(response);
  if (later?.kind === 'slow') await wait(response, later.delayMs);
  if (breakResponse(response, later)) return;
  for (const event of stream.rest) {
    if (response.destroyed) return;
    if (!response.write(event)) await drained(response);
  }
  response.end();
}

function writeHead(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
}

/** Until what was written is on its way, so that what comes next cannot overtake it. */
function written(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => response.write(': \n\n', () => resolve()));
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

/** Ends early when the connection does, so no timer outlives the simulator. */
function wait(response: ServerResponse, delayMs: number): Promise<void> {
  if (delayMs <= 0 || response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      response.off('close', done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    response.on('close', done);
  });
}
