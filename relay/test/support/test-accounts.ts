import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ParleyError } from '@parley/shared';
import { AccountTokens } from '../../src/people/auth/account-tokens.ts';
import { IssuerKeys } from '../../src/people/auth/issuer-keys.ts';
import { SignOuts } from '../../src/people/auth/sign-outs.ts';
import type { AccountsConfig } from '../../src/base/config/auth-config.ts';
import { FakeClock } from '../../src/base/lib/clock.fake.ts';
import { silentLogger } from '../../src/base/lib/logger.ts';
import { Problems } from '../../src/base/lib/problems.ts';
import { Issuer } from './issuer.ts';

/** A relay's view of an issuer, with a data folder that outlives restarts. */
export class TestAccounts implements AsyncDisposable {
  readonly issuer: Issuer;
  readonly dataDir: string;
  readonly clock = new FakeClock();
  readonly problems = new Problems(this.clock);
  /** Added to the wall clock of the relay under test. */
  #laterMs = 0;
  #keys: IssuerKeys | undefined;

  private constructor(issuer: Issuer, dataDir: string) {
    this.issuer = issuer;
    this.dataDir = dataDir;
  }

  static async open(): Promise<TestAccounts> {
    const dataDir = await mkdtemp(join(tmpdir(), 'parley-issuer-'));
    return new TestAccounts(await Issuer.start(), dataDir);
  }

  /** What a relay does as it starts; the one before it has ended. */
  async start(change: Partial<AccountsConfig> = {}, allowsGuests = false) {
    await this.#keys?.[Symbol.asyncDispose]();
    const accounts: AccountsConfig = {
      issuer: this.issuer.url,
      jwksUrl: undefined,
      audience: ['parley'],
      algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      secret: undefined,
      roleClaim: 'role',
      planClaim: 'plan',
      ...change,
    };
    const keys = new IssuerKeys({
      issuer: accounts.issuer,
      jwksUrl: accounts.jwksUrl,
      dataDir: this.dataDir,
      clock: this.clock,
      logger: silentLogger,
      problems: this.problems,
      wallMs: () => Date.now() + this.#laterMs,
    });
    this.#keys = keys;
    await keys.begin();
    const signOuts = new SignOuts();
    const tokens = new AccountTokens({ accounts, keys, signOuts, allowsGuests });
    /** The name of the person let in, or the code of the refusal. */
    const outcome = (token: string) =>
      tokens.identify(`Bearer ${token}`).then(
        ({ userId }) => userId,
        (error: unknown) => (error instanceof ParleyError ? error.code : error),
      );
    return { tokens, outcome, signOuts };
  }

  async later(ms: number): Promise<void> {
    this.#laterMs += ms;
    await this.clock.advance(ms);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keys?.[Symbol.asyncDispose]();
    this.issuer[Symbol.dispose]();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
