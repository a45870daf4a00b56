import { z } from 'zod';
import { parseJson } from '../src/base/lib/json.ts';
import {
  headerIn,
  isHtml,
  noteOfNetwork,
  noteOfRefusal,
} from '../src/providers/vendor-kit/http-client/failure-note.ts';
import type { ServerAccess } from '../src/providers/vendor-kit/vendor.ts';
import { onBase } from '../src/providers/vendor-kit/vendor-url.ts';

/** Longest that one question to a server may take. */
const ASK_MS = 3_000;
const MAX_CHARACTERS = 200_000;
/** Where whisper.cpp listens unless it is told otherwise. */
const WHISPER_PATH = '/inference';

const models = z.object({ data: z.array(z.object({ id: z.string() })) });

interface Answer {
  readonly status: number;
  readonly words: string;
  readonly location: string | null;
}

/** Questions to a server that does not work, which cost it nothing: what is wrong with our settings. */
export class ServerInspection {
  readonly #access: ServerAccess;
  readonly #signal: AbortSignal;

  constructor(access: ServerAccess, signal: AbortSignal) {
    this.#access = access;
    this.#signal = signal;
  }

  /** @returns undefined if it does not tell */
  async models(): Promise<readonly string[] | undefined> {
    const answer = await this.#ask(onBase(this.#access.baseUrl, 'models'), 'GET');
    const list = models.safeParse(parseJson(answer?.words ?? ''));
    // They are shown in a terminal, which obeys more than letters.
    return list.success
      ? list.data.data.map(({ id }) => id).filter((id) => /^[!-~]{1,100}$/.test(id))
      : undefined;
  }

  /** The name of the header that it asks for, if it does. */
  async header(): Promise<string | undefined> {
    const { baseUrl, path } = this.#access;
    const answers = await Promise.all([
      this.#ask(onBase(baseUrl, path), 'POST'),
      this.#ask(onBase(baseUrl, 'models'), 'GET'),
    ]);
    return answers
      .map((answer) => headerIn(answer?.words ?? ''))
      .find((name) => name !== undefined);
  }

  /** Whether what it answers, even as a success, is not that of a place where the API is served. */
  async isNoApi(): Promise<'page' | 'wrong path' | undefined> {
    const { baseUrl, path } = this.#access;
    const answer = await this.#ask(onBase(baseUrl, path), 'POST');
    if (answer === undefined) return undefined;
    if (isHtml(answer.words)) return 'page';
    return noteOfRefusal(answer.status, answer.words) === 'wrong path' ? 'wrong path' : undefined;
  }

  /** Where it sends us on to; without what follows the path, which may hold a secret. */
  async redirection(): Promise<string | undefined> {
    const { baseUrl, path } = this.#access;
    const url = onBase(baseUrl, path);
    const { location } = (await this.#ask(url, 'POST')) ?? {};
    if (typeof location !== 'string' || !URL.canParse(location, url)) return undefined;
    const { origin, pathname } = new URL(location, url);
    return `${origin}${pathname}`;
  }

  /** Another address, and perhaps another path, at which the server has what we look for. */
  async elsewhere(): Promise<{ readonly baseUrl: string; readonly path: string } | undefined> {
    const { baseUrl, path } = this.#access;
    const bare = baseUrl.replace(/\/+$/, '');
    const ending = path.replace(/\/+$/, '');
    const root = bare.endsWith(ending) ? bare.slice(0, -ending.length) : bare;
    const isHearing = path.endsWith('/transcriptions');
    const places = [
      { baseUrl: root, path },
      { baseUrl: root.replace(/(\/v\d+)\1$/, '$1'), path },
      { baseUrl: root.replace(/\/v\d+$/, ''), path },
      { baseUrl: `${root}/v1`, path },
      { baseUrl: `${new URL(bare).origin}/v1`, path },
      ...(isHearing ? [{ baseUrl: new URL(bare).origin, path: WHISPER_PATH }] : []),
    ].filter((place) => onBase(place.baseUrl, place.path) !== onBase(baseUrl, path));
    const found = await Promise.all(places.map((place) => this.#isThere(place)));
    return places.find((_, index) => found[index]);
  }

  /** Whether a server answers if the scheme is changed to `https`, or from there to `http`. */
  async answersOtherScheme(): Promise<boolean> {
    const url = new URL(this.#access.baseUrl);
    url.protocol = url.protocol === 'http:' ? 'https:' : 'http:';
    try {
      // Without the key, which would go over the network for all to read.
      await this.#fetch(url.href, { method: 'GET' });
      return true;
    } catch (error) {
      this.#signal.throwIfAborted();
      return noteOfNetwork(error) === 'certificate';
    }
  }

  /** An empty request: what knows the path objects to it, and nothing is generated. */
  async #isThere(place: { readonly baseUrl: string; readonly path: string }): Promise<boolean> {
    const answer = await this.#ask(onBase(place.baseUrl, place.path), 'POST');
    if (answer === undefined || isHtml(answer.words)) return false;
    // With 404 a server may also say that it does not have the model, which we did not name.
    const note = noteOfRefusal(answer.status, answer.words);
    return note !== 'wrong path' && note !== 'redirect';
  }

  async #ask(url: string, method: 'GET' | 'POST'): Promise<Answer | undefined> {
    const isPost = method === 'POST';
    try {
      return await this.#fetch(url, {
        method,
        headers: { ...this.#access.headers, ...(isPost && { 'content-type': 'application/json' }) },
        body: isPost ? '{}' : null,
      });
    } catch {
      this.#signal.throwIfAborted();
      return undefined;
    }
  }

  async #fetch(url: string, init: RequestInit): Promise<Answer> {
    const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(ASK_MS)]);
    const response = await fetch(url, { ...init, signal, redirect: 'manual' });
    let words = '';
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) {
      words += decoder.decode(bytes, { stream: true });
      if (words.length > MAX_CHARACTERS) break;
    }
    return { status: response.status, words, location: response.headers.get('location') };
  }
}
