import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { ParleyError, type LogLevel } from '@parley/shared';
import type { Logger } from '../../base/lib/logger.ts';
import type { Problems } from '../../base/lib/problems.ts';
import { writeWhole } from '../../base/lib/write-whole.ts';
import { toPolicy, withChanges, type Policy, type PolicyDocument } from './policy.ts';
import {
  inWords,
  isPrototypeKeyUsable,
  keysOf,
  mergeChanges,
  orderOf,
  settingsChangesSchema,
  type ProviderOrder,
  type SettingsChanges,
  type SettingsRequest,
} from './settings-changes.ts';

/** How often a change is made anew because other relays change the settings at the same time. */
const MAX_ATTEMPTS = 5;

/** The environment's settings, which hold if an administrator changed nothing. */
export interface StartSettings {
  readonly limits: PolicyDocument;
  /** The names of all providers of each stage, in their order. */
  readonly providers: Readonly<Required<ProviderOrder>>;
  readonly logLevel: LogLevel;
}

/** What administrators changed, as several relays keep it. */
export interface KeptSettings {
  /** Of each change one more. */
  readonly version: number;
  /** JSON, perhaps of a relay of another version. */
  readonly changes: unknown;
}

/** Where several relays keep their settings. */
export interface SettingsKeeper {
  /**
   * @param next - with the version that it is to replace
   * @returns what another relay has kept meanwhile; undefined: these are kept, of one version more
   * @throws ParleyError `storage_unavailable`
   */
  replace(next: KeptSettings): Promise<KeptSettings | undefined>;
}

export interface RelaySettingsOptions {
  readonly start: StartSettings;
  /** Of the file that holds the changes. */
  readonly path: string;
  readonly problems: Problems;
  readonly logger: Logger;
}

/** The settings that an administrator may change while the relay runs; kept over a restart. */
export class RelaySettings {
  readonly #options: RelaySettingsOptions;
  readonly #listeners = new Set<() => void>();
  #changes: SettingsChanges;
  #policy: Policy;
  #isDraining = false;
  /** undefined: this relay is the only one. */
  #keeper: SettingsKeeper | undefined;
  /** Of the changes, among those of all relays; 0: of this relay's file. */
  #version = 0;
  /** One change after the other: each is checked against what the one before left. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: RelaySettingsOptions) {
    this.#options = options;
    [this.#changes, this.#policy] = this.#readKept();
  }

  get policy(): Policy {
    return this.#policy;
  }

  /** The providers to be used, in their order; those of a later start may lack some. */
  get providers(): Readonly<Required<ProviderOrder>> {
    return orderOf(this.#options.start.providers, this.#changes.providers);
  }

  get logLevel(): LogLevel {
    return this.#changes.log_level ?? this.#options.start.logLevel;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** What holds now, and what of it an administrator changed. */
  describe() {
    return {
      limits: this.#limitsWith(this.#changes),
      providers: this.providers,
      log_level: this.logLevel,
      is_draining: this.#isDraining,
      changed: this.#changes,
    };
  }

  /** Calls the listener after each change. @returns its end */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Changes what `request` names, and nothing if it is not valid or cannot be kept.
   *
   * @param request - JSON, as `settingsChangesSchema` takes it
   * @param by - the administrator, for the log
   * @throws ParleyError `invalid_request`, `storage_unavailable`
   */
  async change(request: unknown, by: string): Promise<void> {
    const { error } = settingsChangesSchema.safeParse(request);
    if (error !== undefined) throw new ParleyError('invalid_request', { detail: inWords(error) });
    if (!isPrototypeKeyUsable(request)) {
      throw new ParleyError('invalid_request', { detail: '__proto__: not a setting.' });
    }
    const changing = this.#last.then(async () => this.#change(request as SettingsRequest, by));
    this.#last = changing.catch(() => {});
    return changing;
  }

  /** From now on changes hold for all relays of this keeper. Draining is each relay's own. */
  keepIn(keeper: SettingsKeeper): void {
    this.#keeper = keeper;
  }

  /** What relays keep together, as far as this one knows. */
  get kept(): KeptSettings {
    return { version: this.#version, changes: this.#changes };
  }

  /** Another relay has changed them. What cannot be used here changes nothing, and is logged. */
  async take(kept: KeptSettings): Promise<void> {
    const taking = this.#last.then(async () => this.#take(kept));
    this.#last = taking;
    return taking;
  }

  async #change(request: SettingsRequest, by: string): Promise<void> {
    const { logger } = this.#options;
    const { is_draining: isDraining = this.#isDraining, ...shared } = request;
    const [changes, policy] = await this.#keep(shared);
    this.#changes = changes;
    this.#policy = policy;
    this.#isDraining = isDraining;
    logger.warn({ by, keys: keysOf(request) }, 'settings changed');
    for (const listener of this.#listeners) listener();
  }

  async #keep(request: SettingsRequest): Promise<readonly [SettingsChanges, Policy]> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const changes = mergeChanges(this.#changes, request);
      const unknown = this.#unknownProviders(changes.providers);
      if (unknown.length > 0) {
        throw new ParleyError('invalid_request', { detail: unknown.join(' ') });
      }
      // Before it is kept: what cannot be used would keep the relay from its next start.
      const policy = this.#policyWith(changes);
      if (this.#keeper === undefined || Object.keys(request).length === 0) {
        await this.#write(changes);
        return [changes, policy];
      }
      const newer = await this.#keeper.replace({ version: this.#version, changes });
      if (newer === undefined) {
        this.#version++;
        // A copy, for a start without Redis.
        await this.#write(changes).catch(() => {});
        return [changes, policy];
      }
      // Another relay was quicker: what is requested is added to what that one has changed.
      await this.#take(newer);
    }
    const detail = 'Other administrators change them at the same time. Try again.';
    throw new ParleyError('storage_unavailable', { detail });
  }

  async #take({ version, changes: json }: KeptSettings): Promise<void> {
    const { logger } = this.#options;
    if (version <= this.#version) return;
    this.#version = version;
    try {
      const [changes, policy] = this.#read(json);
      if (isDeepStrictEqual(changes, this.#changes)) return;
      this.#changes = changes;
      this.#policy = policy;
      await this.#write(changes).catch(() => {});
      logger.warn({ version }, 'settings changed by another relay');
    } catch (err) {
      logger.error({ err, version }, 'the settings of another relay cannot be used');
      return;
    }
    for (const listener of this.#listeners) listener();
  }

  /** @throws ParleyError `storage_unavailable` */
  async #write(changes: SettingsChanges): Promise<void> {
    const { logger, path, problems } = this.#options;
    try {
      await writeWhole(path, `${JSON.stringify(changes, undefined, 2)}\n`);
      problems.clear('settings_not_read');
    } catch (cause) {
      logger.error({ err: cause }, 'the settings cannot be kept');
      const detail = 'The settings cannot be written, so nothing was changed.';
      throw new ParleyError('storage_unavailable', { cause, detail });
    }
  }

  #limitsWith(changes: SettingsChanges): PolicyDocument {
    return withChanges(this.#options.start.limits, changes.limits ?? {});
  }

  #policyWith(changes: SettingsChanges): Policy {
    return toPolicy(this.#limitsWith(changes));
  }

  #unknownProviders(order: ProviderOrder = {}): string[] {
    const { providers } = this.#options.start;
    return Object.entries<readonly string[]>({ ...order }).flatMap(([stage, names]) => {
      const known = providers[stage as keyof ProviderOrder];
      const unknown = names.filter(
        (name, index) => !known.includes(name) || names.indexOf(name) !== index,
      );
      return unknown.length === 0
        ? []
        : [`providers.${stage}: expected each once out of ${known.join(', ')}.`];
    });
  }

  /** @throws Error if it is not valid */
  #read(json: unknown): readonly [SettingsChanges, Policy] {
    settingsChangesSchema.parse(json);
    if (!isPrototypeKeyUsable(json)) throw new Error('__proto__ is not a setting');
    const changes = mergeChanges({}, json as SettingsChanges);
    return [changes, this.#policyWith(changes)];
  }

  /** A file that cannot be used changes nothing: the relay starts, and says so. */
  #readKept(): readonly [SettingsChanges, Policy] {
    const { path, problems, logger } = this.#options;
    try {
      return this.#read(JSON.parse(readFileSync(path, 'utf8')));
    } catch (err) {
      const unchanged = [{}, this.#policyWith({})] as const;
      if ((err as NodeJS.ErrnoException).code === 'ENOENT') return unchanged;
      problems.report('settings_not_read');
      logger.error(
        { err, path },
        'the kept settings cannot be read: those of the environment hold',
      );
      return unchanged;
    }
  }
}
