import type { Stage } from '@parley/shared';
import type { SettingsDeclaration, ValuesOf } from '../../base/config/settings.ts';
import type { Clock } from '../../base/lib/clock.ts';
import type { Logger } from '../../base/lib/logger.ts';
import type { Generator } from '../../call/stages/generator/generator.ts';
import type { Toolbox } from './language-model/tool-limits.ts';
import type { Owned } from '../../call/stages/provider.ts';
import type { Synthesizer } from '../../call/stages/synthesizer/synthesizer.ts';
import type { Transcriber } from '../../call/stages/transcriber/transcriber.ts';

interface PortOf {
  readonly transcriber: Transcriber;
  readonly generator: Generator;
  readonly synthesizer: Synthesizer;
}

/** What every adapter is given beside its own settings. */
export interface ProviderContext {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Longest that opening a connection may take. */
  readonly connectMs: number;
  /** BCP 47, e.g. `en-US`. */
  readonly language: string;
  /** What language models may use beside Parley's own tools; absent if nothing is configured. */
  readonly toolbox?: Toolbox;
}

/** What an adapter is made from: an account with its vendor, and the model to be used. */
export interface AdapterOptions {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly model: string;
  readonly context: ProviderContext;
}

/** Where a provider's requests go and which settings say so: what advice about a fault needs. */
export interface ServerAccess {
  readonly baseUrl: string;
  /** Below the address, e.g. `/audio/speech`. */
  readonly path: string;
  /** The headers that let us in: secrets. */
  readonly headers: Readonly<Record<string, string>>;
  readonly model: string;
  /** The names of the variables of each; of the path only if it can be set. */
  readonly variables: AccessVariables & { readonly path?: string; readonly headers?: string };
}

export interface AccessVariables {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly model?: string;
}

/** One provider that can do a stage, before it is chosen. */
export type VendorCandidate<Values> = {
  [stage in Stage]: {
    readonly stage: stage;
    /** As it is written in `TRANSCRIBERS`, `GENERATORS`, `SYNTHESIZERS`. */
    readonly name: string;
    /** Whether the settings hold what it needs: a key, or an address. */
    isConfigured(values: Values): boolean;
    /** The variables without which it is not configured, in words; without it, the vendor's key. */
    readonly needs?: string;
    /** The model it will use, for people and for its price. */
    model?(values: Values): string | undefined;
    /** Undefined if it is not configured, or asks in another way than OpenAI's API. */
    access?(values: Values): ServerAccess | undefined;
    /** It releases what it opens when disposed of. */
    create(
      values: Values,
      context: ProviderContext,
    ): Owned<PortOf[stage]> | Promise<Owned<PortOf[stage]>>;
  };
}[Stage];

/** A vendor: its settings, and what it can do with them. One folder, one line in the registry. */
export interface Vendor<S extends SettingsDeclaration> {
  /** e.g. `deepgram`. */
  readonly id: string;
  /** As the vendor writes its name. */
  readonly label: string;
  readonly settings: S;
  readonly candidates: readonly VendorCandidate<ValuesOf<S>>[];
  /** The vendor of whose kind it is one more, with the same settings under other names. */
  readonly repeats?: string;
  /**
   * Its settings that look like mistakes although each is accepted, a sentence each.
   *
   * @param given - the names of those that are set
   */
  advise?(values: ValuesOf<S>, given: ReadonlySet<string>): readonly string[];
}

/** A vendor without the types of its settings, which only its own folder needs. */
export type KnownVendor = Vendor<SettingsDeclaration>;

/** Declares a vendor, and drops the types of its settings. */
export function defineVendor<const S extends SettingsDeclaration>(vendor: Vendor<S>): KnownVendor {
  return vendor;
}
