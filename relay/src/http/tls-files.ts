import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createSecureContext, type Server } from 'node:tls';
import type { AuthConfig } from '../base/config/auth-config.ts';
import { ConfigError } from '../base/config/read-settings.ts';
import type { Clock } from '../base/lib/clock.ts';
import type { Logger } from '../base/lib/logger.ts';
import type { Problems } from '../base/lib/problems.ts';

/** How often the files are looked at. Links and mounted folders notify watchers of no change. */
const CHECK_INTERVAL_MS = 5_000;
/** A certificate that ends sooner than this was not renewed, ms. */
const EXPIRES_SOON_MS = 7 * 86_400_000;

type Paths = NonNullable<AuthConfig['tls']>;

export interface TlsFilesOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly problems: Problems;
}

/** What `createServer` of `node:https` and `setSecureContext` take. */
export interface TlsCredentials {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** The certificate of the relay and its key, read again when their files change. */
export class TlsFiles implements Disposable {
  readonly #paths: Paths;
  readonly #options: TlsFilesOptions;
  #credentials: TlsCredentials;
  #validToMs = 0;
  /** Of the files as they were read last, whether they were usable or not. */
  #mark: string;
  #cancelCheck: () => void = () => {};

  private constructor(
    paths: Paths,
    mark: string,
    credentials: TlsCredentials,
    options: TlsFilesOptions,
  ) {
    this.#paths = paths;
    this.#options = options;
    this.#mark = mark;
    this.#credentials = credentials;
    this.#accept(credentials);
  }

  /** @throws ConfigError that says what is wrong with the files */
  static async open(paths: Paths, options: TlsFilesOptions): Promise<TlsFiles> {
    try {
      const mark = await markOf(paths);
      return new TlsFiles(paths, mark, await read(paths), options);
    } catch (error) {
      throw new ConfigError([`TLS_CERT, TLS_KEY: ${(error as Error).message}.`]);
    }
  }

  get credentials(): TlsCredentials {
    return this.#credentials;
  }

  /** From now on `server` has the newest that can be used. Connections that stand keep theirs. */
  watch(server: Pick<Server, 'setSecureContext'>): void {
    this.#cancelCheck = this.#options.clock.after(CHECK_INTERVAL_MS, () => {
      void this.#check(server).finally(() => this.watch(server));
    });
  }

  [Symbol.dispose](): void {
    this.#cancelCheck();
    this.watch = () => {};
  }

  async #check(server: Pick<Server, 'setSecureContext'>): Promise<void> {
    const { logger, problems } = this.#options;
    try {
      const mark = await markOf(this.#paths);
      if (mark === this.#mark) return this.#tellExpiry();
      // Not again and again if they are broken; of a pair the second is written a moment later.
      this.#mark = mark;
      const credentials = await read(this.#paths);
      server.setSecureContext(credentials);
      this.#accept(credentials);
      problems.clear('certificate_not_loaded');
      logger.info({ validTo: new Date(this.#validToMs) }, 'certificate loaded');
    } catch (err) {
      logger.error({ err }, 'the new certificate cannot be used: the old one is kept');
      problems.report('certificate_not_loaded');
    }
  }

  #accept(credentials: TlsCredentials): void {
    this.#credentials = credentials;
    this.#validToMs = new X509Certificate(credentials.cert).validToDate.getTime();
    this.#tellExpiry();
  }

  #tellExpiry(): void {
    const { problems } = this.#options;
    if (Date.now() > this.#validToMs - EXPIRES_SOON_MS) problems.report('certificate_expires');
    else problems.clear('certificate_expires');
  }
}

/** Changes when one of the files does, or when a link leads to another one. */
async function markOf({ certPath, keyPath }: Paths): Promise<string> {
  const files = await Promise.all([certPath, keyPath].map((path) => stat(path)));
  return files.map(({ mtimeMs, size, ino }) => `${mtimeMs}/${size}/${ino}`).join(' ');
}

/** @throws Error if they cannot be read, or do not belong together */
async function read({ certPath, keyPath }: Paths): Promise<TlsCredentials> {
  const [cert, key] = await Promise.all([readFile(certPath), readFile(keyPath)]);
  createSecureContext({ cert, key });
  return { cert, key };
}
