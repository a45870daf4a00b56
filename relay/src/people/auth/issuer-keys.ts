import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import * as errors from 'jose/errors';
import { createLocalJWKSet } from 'jose/jwks/local';
import { z } from 'zod';
import type { AccountsConfig } from '../../base/config/auth-config.ts';
import type { Clock } from '../../base/lib/clock.ts';
import { OVER } from '../../base/lib/deadline.ts';
import type { Logger } from '../../base/lib/logger.ts';
import { makeFolder } from '../../base/lib/make-folder.ts';
import type { Problems } from '../../base/lib/problems.ts';

/** How old keys may be before new ones are fetched beside the requests, ms. */
const FRESH_MS = 600_000;
/**
 * How long keys are believed while the issuer is away, ms. A key that was withdrawn because it was
 * stolen would be accepted for so long by a relay that cannot hear of it.
 */
const USABLE_MS = 86_400_000;
/** Between two fetches, for any tokens: anyone can write an unknown key into a token, ms. */
const PAUSE_MS = 10_000;
const FETCH_DEADLINE_MS = 5_000;
/** A key is a few hundred bytes. */
const MAX_DOCUMENT_BYTES = 256 * 1024;

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() });
const keptSchema = z.object({
  from: z.string(),
  fetchedAtMs: z.number(),
  jwks: z.custom<JSONWebKeySet>((value) => typeof value === 'object'),
});
type Kept = z.infer<typeof keptSchema>;

export interface IssuerKeysOptions extends Pick<AccountsConfig, 'issuer' | 'jwksUrl'> {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly problems: Problems;
  /** Wall clock, ms since 1970. */
  readonly wallMs?: () => number;
}

/**
 * The public keys of an issuer. They outlive its outages, in memory and over a restart in the data
 * folder; jose's own `createRemoteJWKSet` refuses all tokens once its keys have become old, and
 * asks an issuer that is away anew for every token.
 */
export class IssuerKeys implements AsyncDisposable {
  readonly #options: IssuerKeysOptions;
  readonly #wallMs: () => number;
  #keys:
    | {
        readonly find: JWTVerifyGetKey;
        readonly fetchedAtMs: number;
        readonly isEmpty: boolean;
      }
    | undefined;
  #triedAtMs = -Infinity;
  #fetching: Promise<boolean> | undefined;
  #keeping: Promise<void> = Promise.resolve();
  readonly #over = new AbortController();

  constructor(options: IssuerKeysOptions) {
    this.#options = options;
    this.#wallMs = options.wallMs ?? Date.now;
  }

  /** Reads the keys that an earlier run kept, and fetches newer ones. Never rejects. */
  async begin(): Promise<void> {
    await this.#readKept();
    await this.refresh();
  }

  /**
   * The key that a token's header names.
   *
   * @throws JWKSNoMatchingKey if it is not known, and other errors of jose
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const ageMs = this.#ageMs();
    if (ageMs > USABLE_MS) await this.refresh();
    else if (ageMs > FRESH_MS) void this.refresh();
    if (this.#keys === undefined || this.#ageMs() > USABLE_MS) throw new errors.JWKSNoMatchingKey();
    return this.#keys.find(header, token);
  };

  /**
   * Fetches the keys, unless that was tried a moment ago.
   *
   * @returns whether there are newer ones than before
   */
  async refresh(): Promise<boolean> {
    if (this.#fetching !== undefined) return this.#fetching;
    const nowMs = this.#options.clock.now();
    if (nowMs - this.#triedAtMs < PAUSE_MS) return false;
    this.#triedAtMs = nowMs;
    this.#fetching = this.#fetch().finally(() => (this.#fetching = undefined));
    return this.#fetching;
  }

  /** Gives up what is being fetched, and waits for what is being kept. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort(OVER);
    await this.#fetching;
    await this.#keeping;
  }

  async #fetch(): Promise<boolean> {
    const { logger, problems, issuer } = this.#options;
    try {
      const jwks = (await this.#fetchJson(await this.#address())) as JSONWebKeySet;
      const find = createLocalJWKSet(jwks);
      const isEmpty = jwks.keys.length === 0;
      // An issuer that is being set up anew answers so; its tokens were signed with keys before.
      if (isEmpty && this.#keys?.isEmpty === false) throw new Error('The issuer names no keys.');
      const fetchedAtMs = this.#wallMs();
      this.#keys = { find, fetchedAtMs, isEmpty };
      problems.clear('issuer_unreachable');
      if (isEmpty) logger.warn({ issuer }, 'the issuer of accounts has no keys');
      // A disk that hangs keeps no person from signing in.
      this.#keeping = this.#keep({ from: this.#from, fetchedAtMs, jwks });
      return true;
    } catch (err) {
      if (this.#over.signal.aborted) return false;
      logger.warn({ issuer, err }, 'the keys of the issuer could not be fetched');
      problems.report('issuer_unreachable');
      return false;
    }
  }

  /** Asked for each time: an issuer may move its keys. */
  async #address(): Promise<string> {
    const { jwksUrl, issuer } = this.#options;
    if (jwksUrl !== undefined) return jwksUrl;
    const base = issuer.replace(/\/$/, '');
    const document = await this.#fetchJson(`${base}/.well-known/openid-configuration`);
    const { issuer: named, jwks_uri: address } = discoverySchema.parse(document);
    // OpenID Connect Discovery 1.0, §4.3.
    if (named.replace(/\/$/, '') !== base) throw new Error(`The issuer calls itself ${named}.`);
    return address;
  }

  async #fetchJson(url: string): Promise<unknown> {
    const response = await fetch(url, {
      headers: { accept: 'application/json, application/jwk-set+json' },
      // An address trusted to sign people in is not left to another's redirect.
      redirect: 'error',
      signal: AbortSignal.any([this.#over.signal, AbortSignal.timeout(FETCH_DEADLINE_MS)]),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`${url} answered with ${response.status}.`);
    }
    return JSON.parse(await readBounded(response, MAX_DOCUMENT_BYTES));
  }

  #ageMs(): number {
    return this.#keys === undefined ? Infinity : this.#wallMs() - this.#keys.fetchedAtMs;
  }

  get #from(): string {
    return this.#options.jwksUrl ?? this.#options.issuer;
  }

  get #path(): string {
    return join(this.#options.dataDir, 'issuer-keys.json');
  }

  async #readKept(): Promise<void> {
    try {
      const kept = keptSchema.parse(JSON.parse(await readFile(this.#path, 'utf8')));
      const isFuture = kept.fetchedAtMs > this.#wallMs();
      if (kept.from !== this.#from || isFuture) return;
      const { jwks, fetchedAtMs } = kept;
      this.#keys = { find: createLocalJWKSet(jwks), fetchedAtMs, isEmpty: jwks.keys.length === 0 };
    } catch (err) {
      if ((err as NodeJS.ErrnoException).code === 'ENOENT') return;
      this.#options.logger.warn({ err }, 'the kept keys of the issuer cannot be read');
    }
  }

  async #keep(kept: Kept): Promise<void> {
    try {
      await makeFolder(this.#options.dataDir);
      await writeFile(`${this.#path}.new`, JSON.stringify(kept), { mode: 0o600 });
      await rename(`${this.#path}.new`, this.#path);
    } catch (err) {
      this.#options.logger.warn({ err }, 'the keys of the issuer cannot be kept');
    }
  }
}

/**
 * The text of an answer, read no further than `maxBytes`.
 *
 * @throws Error if it is longer, or breaks off
 */
async function readBounded(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  // Leaving the loop by a throw cancels the rest.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new Error(`The answer is longer than ${maxBytes} bytes.`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
