import { decodeJwt } from 'jose/jwt/decode';
import { ParleyError } from '@parley/shared';
import type { AuthConfig } from '../../base/config/auth-config.ts';
import type { Config } from '../../base/config/config.ts';
import type { Clock } from '../../base/lib/clock.ts';
import type { Logger } from '../../base/lib/logger.ts';
import type { Problems } from '../../base/lib/problems.ts';
import { isSameSecret } from '../../base/lib/same-secret.ts';
import { AccountTokens } from './account-tokens.ts';
import { loadAuthSecret } from './auth-secret.ts';
import { ClientSecrets } from './client-secrets.ts';
import { GUEST_ISSUER, GuestTokens } from './guest-tokens.ts';
import { bearerOf, type Authenticator, type Identity } from './identity.ts';
import { IssuerKeys } from './issuer-keys.ts';
import { SignOuts } from './sign-outs.ts';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { FileWriter } from '../../base/lib/file-writer.ts';
import { parseJson } from '../../base/lib/json.ts';

/** From a sign-out until it is written, with all that come meanwhile. */
const DELAY_MS = 500;

const signOut = z.object({ userId: z.string(), atS: z.number(), untilS: z.number() });

const schema = z.object({ guest: z.array(signOut), account: z.array(signOut) });

interface SignOutFileOptions {
  readonly dataDir: string;
  readonly signOuts: SignOuts;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly problems: Problems;
}

export interface SignInParts {
  readonly config: Pick<Config, 'auth' | 'authSecret' | 'dataDir' | 'guestTokenTtlMs'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly problems: Problems;
}

/** The users of the relay: guests, the accounts of an issuer, or both. */
export class SignIn implements Authenticator, AsyncDisposable {
  readonly #auth: AuthConfig;
  readonly #guests: GuestTokens;
  readonly #accounts: AccountTokens | undefined;
  readonly #keys: IssuerKeys | undefined;
  readonly signOuts: SignOuts;
  /** For pages whose server signs them in. */
  readonly clientSecrets: ClientSecrets;
  readonly #signOutFile: SignOutFile;

  /** @param secret - signs guests' tokens */
  private constructor(
    secret: Uint8Array,
    signOuts: SignOuts,
    signOutFile: SignOutFile,
    { config, ...parts }: SignInParts,
  ) {
    const { auth, guestTokenTtlMs, dataDir } = config;
    const { accounts, accessCode, allowsGuests } = auth;
    this.signOuts = signOuts;
    this.clientSecrets = new ClientSecrets(secret, signOuts);
    this.#signOutFile = signOutFile;
    this.#auth = auth;
    this.#guests = new GuestTokens(secret, guestTokenTtlMs, { accessCode, signOuts });
    if (accounts === undefined) return;
    const { issuer, jwksUrl } = accounts;
    this.#keys = new IssuerKeys({ issuer, jwksUrl, dataDir, ...parts });
    this.#accounts = new AccountTokens({ accounts, keys: this.#keys, signOuts, allowsGuests });
  }

  /** @throws ConfigError if the data folder cannot be used */
  static async open(options: SignInParts): Promise<SignIn> {
    const { config, clock, logger, problems } = options;
    const { authSecret: configured, dataDir } = config;
    const secret = await loadAuthSecret({ configured, dataDir, logger, problems });
    const signOuts = new SignOuts();
    const file = await SignOutFile.open({ dataDir, signOuts, clock, logger, problems });
    return new SignIn(secret, signOuts, file, options);
  }

  /** Fetches what is needed to know accounts, so that the first of them need not wait for it. */
  async begin(): Promise<void> {
    await this.#keys?.begin();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keys?.[Symbol.asyncDispose]();
    await this.#signOutFile[Symbol.asyncDispose]();
  }

  get hasAccounts(): boolean {
    return this.#accounts !== undefined;
  }

  async identify(authorization: string | undefined): Promise<Identity> {
    const issuer = claimedIssuer(bearerOf(authorization));
    const tokens = issuer === GUEST_ISSUER ? this.#guestsIfAllowed : this.#accounts;
    if (tokens === undefined) throw new ParleyError('unauthorized');
    return tokens.identify(authorization);
  }

  /**
   * A new guest.
   *
   * @throws ParleyError `forbidden`, `access_code_wrong`
   */
  async guest(accessCode: string | undefined) {
    if (!this.#auth.allowsGuests) {
      throw new ParleyError('forbidden', { detail: 'Sign in with an account.' });
    }
    this.#requireCode(accessCode);
    return this.#guests.issue();
  }

  /**
   * A guest keeps their identity: another token, which is good for as long as a new one.
   *
   * @param authorization - with the token that they have
   * @throws ParleyError `unauthorized`, `forbidden`
   */
  async renewedGuest(authorization: string) {
    const { kind, userId } = await this.identify(authorization);
    if (kind !== 'guest') throw new ParleyError('forbidden');
    return this.#guests.issue(userId);
  }

  /** From now on the tokens that this person has are refused. */
  signOut(identity: Identity): void {
    this.signOuts.add(identity);
  }

  /** @param sinceMs - ms since 1970 */
  hasSignedOut(identity: Identity, sinceMs: number): boolean {
    return this.signOuts.refuses(identity, Math.floor(sinceMs / 1_000));
  }

  #requireCode(given = ''): void {
    const expected = this.#auth.accessCode;
    if (expected === undefined) return;
    if (isSameSecret(given.normalize('NFC').trim(), expected.normalize('NFC').trim())) return;
    throw new ParleyError('access_code_wrong');
  }

  get #guestsIfAllowed(): GuestTokens | undefined {
    return this.#auth.allowsGuests ? this.#guests : undefined;
  }
}

/** A token's own issuer, believed only to choose the verifier. */
function claimedIssuer(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

/** Keeps sign-outs over a restart, in `sign-outs.json` of the data folder. */
export class SignOutFile implements AsyncDisposable {
  readonly #options: SignOutFileOptions;
  readonly #path: string;
  readonly #writer: FileWriter;

  private constructor(options: SignOutFileOptions) {
    const { dataDir, signOuts, clock, logger, problems } = options;
    this.#options = options;
    this.#path = join(dataDir, 'sign-outs.json');
    this.#writer = new FileWriter({
      path: this.#path,
      text: () => JSON.stringify(signOuts.kept()),
      delayMs: DELAY_MS,
      failure: 'sign-outs cannot be kept over a restart',
      clock,
      logger,
      problems,
    });
  }

  /** Reads what an earlier process left; what cannot be read is logged and left out. */
  static async open(options: SignOutFileOptions): Promise<SignOutFile> {
    const file = new SignOutFile(options);
    await file.#read();
    options.signOuts.onChanged = () => file.#writer.changed();
    return file;
  }

  /** Writes what is not written yet. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#writer[Symbol.asyncDispose]();
  }

  async #read(): Promise<void> {
    const { signOuts, logger } = this.#options;
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (err) {
      if ((err as NodeJS.ErrnoException).code === 'ENOENT') return;
      logger.warn({ err }, 'the kept sign-outs cannot be read');
      return;
    }
    const { data } = schema.safeParse(parseJson(text));
    if (data === undefined) logger.warn('the kept sign-outs cannot be read');
    else signOuts.restore(data);
  }
}
