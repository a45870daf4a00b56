import { readFileSync } from 'node:fs';
import { ParleyError, type LogLevel } from '@parley/shared';
import { z } from 'zod';
import type { Logger } from '../../base/lib/logger.ts';
import type { Problems } from '../../base/lib/problems.ts';
import { writeWhole } from '../../base/lib/write-whole.ts';
import {
  toPolicy,
  withChanges,
  type Policy,
  type PolicyDocument,
  policyChangesSchema,
  type PolicyChanges,
} from './policy.ts';
import { CORE_SETTINGS } from '../../base/config/core-settings.ts';
import { planSchema } from './plans.ts';

/** The stages whose providers have an order. */
const orderSchema = z.strictObject({
  transcriber: z.array(z.string()).min(1).optional(),
  generator: z.array(z.string()).min(1).optional(),
  synthesizer: z.array(z.string()).min(1).optional(),
});

/** What an administrator changes while the relay runs. `null`: as the relay was started with. */
const settingsChangesSchema = z
  .strictObject({
    limits: policyChangesSchema.nullable(),
    providers: orderSchema.nullable(),
    log_level: CORE_SETTINGS.LOG_LEVEL.schema.nullable(),
    /** No new calls; those that run go on. Not kept over a restart. */
    is_draining: z.boolean(),
  })
  .partial();

/** Names of providers; what is left out is not changed. */
interface ProviderOrder {
  readonly transcriber?: readonly string[];
  readonly generator?: readonly string[];
  readonly synthesizer?: readonly string[];
}

/** The differences from the settings that the relay was started with. */
interface SettingsChanges {
  readonly limits?: PolicyChanges;
  readonly providers?: ProviderOrder;
  readonly log_level?: LogLevel;
}

/** As `settingsChangesSchema` takes it. */
type SettingsRequest = {
  readonly [key in keyof SettingsChanges]?: SettingsChanges[key] | null;
} & { readonly is_draining?: boolean };

/** The environment's settings, which hold if an administrator changed nothing. */
export interface StartSettings {
  readonly limits: PolicyDocument;
  /** The names of all providers of each stage, in their order. */
  readonly providers: Readonly<Required<ProviderOrder>>;
  readonly logLevel: LogLevel;
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

  async #change(request: SettingsRequest, by: string): Promise<void> {
    const { logger, path, problems } = this.#options;
    const changes = mergeChanges(this.#changes, request);
    const unknown = this.#unknownProviders(changes.providers);
    if (unknown.length > 0) throw new ParleyError('invalid_request', { detail: unknown.join(' ') });
    // Before it is kept: what cannot be used would keep the relay from its next start.
    const policy = this.#policyWith(changes);
    try {
      await writeWhole(path, `${JSON.stringify(changes, undefined, 2)}\n`);
      problems.clear('settings_not_read');
    } catch (cause) {
      logger.error({ err: cause }, 'the settings cannot be kept');
      const detail = 'The settings cannot be written, so nothing was changed.';
      throw new ParleyError('storage_unavailable', { cause, detail });
    }
    this.#changes = changes;
    this.#policy = policy;
    this.#isDraining = request.is_draining ?? this.#isDraining;
    logger.warn({ by, keys: keysOf(request) }, 'settings changed');
    for (const listener of this.#listeners) listener();
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

  /** A file that cannot be used changes nothing: the relay starts, and says so. */
  #readKept(): readonly [SettingsChanges, Policy] {
    const { path, problems, logger } = this.#options;
    try {
      const json: unknown = JSON.parse(readFileSync(path, 'utf8'));
      settingsChangesSchema.parse(json);
      if (!isPrototypeKeyUsable(json)) throw new Error('__proto__ is not a setting');
      const changes = mergeChanges({}, json as SettingsChanges);
      return [changes, this.#policyWith(changes)];
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

/** Providers that were not opened at this start are left out; if none is left, the order is the start's. */
function orderOf(
  start: Readonly<Required<ProviderOrder>>,
  changes: ProviderOrder = {},
): Readonly<Required<ProviderOrder>> {
  const order = (stage: keyof ProviderOrder) => {
    const names = changes[stage]?.filter((name) => start[stage].includes(name)) ?? [];
    return names.length > 0 ? names : start[stage];
  };
  return {
    transcriber: order('transcriber'),
    generator: order('generator'),
    synthesizer: order('synthesizer'),
  };
}

/** A sentence for each thing that is wrong. */
function inWords(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => `${path.map(String).join('.') || 'body'}: ${message}.`)
    .join(' ');
}

/** Which settings a request names, e.g. `limits.plans.guest.day_usd`. */
function keysOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([key, inner]) =>
    keysOf(inner, path === '' ? key : `${path}.${key}`),
  );
}

/** The changes so far with further ones. */
function mergeChanges(before: SettingsChanges, requested: SettingsRequest): SettingsChanges {
  const { limits, providers, log_level: level } = requested;
  const merged = {
    limits: limits === undefined ? before.limits : limits && mergeLimits(before.limits, limits),
    providers:
      providers === undefined
        ? before.providers
        : providers && { ...before.providers, ...providers },
    log_level: level === undefined ? before.log_level : level,
  };
  return Object.fromEntries(
    Object.entries(merged).filter(([, value]) => value !== undefined && value !== null),
  );
}

function mergeLimits(before: PolicyChanges = {}, changes: PolicyChanges): PolicyChanges {
  const names = new Set([...Object.keys(before.plans ?? {}), ...Object.keys(changes.plans ?? {})]);
  return {
    plans: Object.fromEntries(
      [...names].map((name) => [name, { ...before.plans?.[name], ...changes.plans?.[name] }]),
    ),
    instance: { ...before.instance, ...changes.instance },
    addresses: { ...before.addresses, ...changes.addresses },
  };
}

/**
 * Schemas ignore `__proto__`, a name that JSON may hold. As that of a plan it is one like others,
 * with what a plan has; anywhere else it is a mistake.
 *
 * @param json - as `settingsChangesSchema` takes it
 */
function isPrototypeKeyUsable(json: unknown, path = ''): boolean {
  if (typeof json !== 'object' || json === null) return true;
  return Object.entries(json).every(([key, value]: [string, unknown]) => {
    if (key !== '__proto__') return isPrototypeKeyUsable(value, `${path}.${key}`);
    const isPlan = path === '.limits.plans' && planSchema.partial().safeParse(value).success;
    return isPlan && isPrototypeKeyUsable(value);
  });
}
