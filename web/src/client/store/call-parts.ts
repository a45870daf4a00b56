import type { AccountController } from '../account/account-controller.ts';
import type { MediaEngine } from '../engine/media-engine.ts';
import type { RelayAddress } from '../settings/relay-address.ts';
import type { KeyValueStore } from '../settings/settings.ts';
import type { ContinuedConversation } from './call-facts.ts';
import type { ProviderNames } from './provider-names.ts';

/** What a call is put together from. */
export interface CallParts {
  readonly engine: MediaEngine;
  readonly account: AccountController;
  /** null if the browser refuses storage. */
  readonly storage: KeyValueStore | null;
  readonly nowMs: () => number;
  readonly newId: () => string;
  /** Never rejects. */
  readonly relay: Promise<RelayAddress>;
  readonly fetchProviders: (relay: string) => Promise<ProviderNames | null | undefined>;
}

/** What may be asked of one call. */
export interface CallStart {
  /** false: a typed call. */
  readonly microphone?: boolean;
  /** The conversation that it continues. */
  readonly earlier?: ContinuedConversation | null;
}
