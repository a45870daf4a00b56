import { createScriptedAccount } from '../../../e2e/ui/support/scripted-account.ts';
import { createScriptedEngine } from '../../../e2e/ui/support/scripted-engine.ts';
import type { CallParts } from './call-parts.ts';
import { Call } from './call.ts';

/** A call over a scripted engine, for tests. */
export function setUp(overrides: Partial<CallParts> = {}) {
  const engine = createScriptedEngine();
  let ids = 0;
  const controller = new Call({
    engine,
    account: createScriptedAccount({ way: 'guests', storage: overrides.storage ?? null }),
    storage: null,
    nowMs: () => 0,
    newId: () => `id-${(ids += 1)}`,
    relay: Promise.resolve({ kind: 'known', origin: 'https://relay.example' }),
    fetchProviders: () => Promise.resolve(null),
    ...overrides,
  });
  return { engine, controller };
}
