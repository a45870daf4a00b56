import { get } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { IncomingMessage } from 'node:http';

/** Scripts, their imports and styles, as the document names them. */
const LINKED = /<(?:script|link)\b[^>]*>/g;
const REFERENCE = /\b(?:src|href)="([^"]+)"/;

/**
 * What a browser loads before anything is pressed: the document, and the scripts and styles that it
 * names, as they come over the wire.
 */
export async function firstLoadBytes(url: string): Promise<number> {
  const { bytes, text } = await load(url);
  const sizes = await Promise.all(
    referencesIn(text).map(async (path) => (await load(new URL(path, url).href)).bytes),
  );
  return sizes.reduce((sum, size) => sum + size, bytes);
}

/** @param html - a document; its own scripts and styles, each once */
export function referencesIn(html: string): readonly string[] {
  const tags = html.match(LINKED) ?? [];
  const loaded = tags.filter(
    (tag) => tag.startsWith('<script') || /\brel="(?:modulepreload|stylesheet)"/.test(tag),
  );
  return [...new Set(loaded.flatMap((tag) => REFERENCE.exec(tag)?.[1] ?? []))];
}

async function load(url: string): Promise<{ readonly bytes: number; readonly text: string }> {
  const headers = { 'accept-encoding': 'br, gzip', accept: 'text/html,*/*' };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers }, resolve).on('error', reject);
  });
  const body = await buffer(response);
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}.`);
  const encoding = response.headers['content-encoding'];
  const whole =
    encoding === 'br' ? brotliDecompressSync(body) : encoding === 'gzip' ? gunzipSync(body) : body;
  return { bytes: body.length, text: whole.toString('utf8') };
}
