import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseJson } from '../../src/base/lib/json.ts';

/** Largest request, bytes: OpenAI's own limit for files. */
const MAX_BODY_BYTES = 25 * 1024 * 1024;

/** Bodies that were read: a server's vice may look at one before the endpoint does. */
const bodies = new WeakMap<IncomingMessage, Promise<Buffer | undefined>>();

/** May be called again. @returns undefined if the body is too long */
export function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const known = bodies.get(request) ?? collect(request);
  bodies.set(request, known);
  return known;
}

async function collect(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_BODY_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** @returns undefined if the body is not JSON */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const body = await readBody(request);
  return body === undefined ? undefined : parseJson(body.toString('utf8'));
}

export function sendJson(response: ServerResponse, status: number, body: unknown): true {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  return true;
}

/** Waits, unless the client hangs up first. @returns whether it is still there */
export async function pause(response: ServerResponse, delayMs: number): Promise<boolean> {
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
  return text.match(/\s*\S+\s*$|\s*\S+/g) ?? [];
}
