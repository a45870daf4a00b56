import { z } from 'zod';
import { ParleyError } from '@parley/shared';
import { parseJson } from '../base/lib/json.ts';
import type { KeptSettings, SettingsKeeper } from '../people/limits/relay-settings.ts';
import type { Bus } from './bus.ts';
import { scriptOf, SharedMemoryAway, type Script, type SharedMemory } from './shared-memory.ts';
import type { SharedSeal } from './shared-seal.ts';

const KEY = 'settings';

/**
 * KEYS: the settings. ARGV: the version that is replaced, the new one, the sealed settings, the
 * channel, the message. Redis may have lost them, so an older version, or none, is replaced too.
 * Returns what is newer.
 */
const REPLACE = scriptOf(`
local version = tonumber(redis.call('HGET', KEYS[1], 'version') or 0)
if version <= tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'version', ARGV[2], 'settings', ARGV[3])
  redis.call('PUBLISH', ARGV[4], ARGV[5])
  return {}
end
return redis.call('HMGET', KEYS[1], 'version', 'settings')`);

/** The same of a version that this relay has already. Returns what is kept. */
const SYNC = scriptOf(`
local version = tonumber(redis.call('HGET', KEYS[1], 'version') or 0)
if version < tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'version', ARGV[2], 'settings', ARGV[3])
  redis.call('PUBLISH', ARGV[4], ARGV[5])
end
return redis.call('HMGET', KEYS[1], 'version', 'settings')`);

const keptSchema = z.object({ version: z.number(), changes: z.unknown() });

export interface SharedSettingsOptions {
  readonly memory: Pick<SharedMemory, 'run'>;
  readonly seal: SharedSeal;
  readonly bus: Pick<Bus, 'channel' | 'messageOf'>;
}

/** Where all relays keep what administrators changed; each has a copy on its disk. */
export class SharedSettings implements SettingsKeeper {
  readonly #options: SharedSettingsOptions;

  constructor(options: SharedSettingsOptions) {
    this.#options = options;
  }

  replace({ version, changes }: KeptSettings): Promise<KeptSettings | undefined> {
    const next = { version: version + 1, changes };
    return this.#run(REPLACE, version, next).catch((cause: unknown) => {
      if (!(cause instanceof SharedMemoryAway)) throw cause;
      const detail = 'Redis is away, so the other relays would not know: nothing was changed.';
      throw new ParleyError('storage_unavailable', { cause, detail });
    });
  }

  /**
   * @param own - what this relay has, which is given to the others if it is newer
   * @returns what holds for all; undefined: nothing was ever changed
   * @throws SharedMemoryAway
   */
  sync({ version, changes }: KeptSettings): Promise<KeptSettings | undefined> {
    // A file of the time before Redis, or of a Redis that has lost everything since.
    const isFromFile = version === 0 && Object.keys(changes as object).length > 0;
    const own = { version: isFromFile ? 1 : version, changes };
    return this.#run(SYNC, own.version, own);
  }

  async #run(
    script: Script,
    replaced: number,
    next: KeptSettings,
  ): Promise<KeptSettings | undefined> {
    const { memory, seal, bus } = this.#options;
    const sealed = seal.seal(JSON.stringify(next), KEY);
    const values = [replaced, next.version, sealed, bus.channel, bus.messageOf('settings-changed')];
    const [version, text] = (await memory.run(script, [KEY], values)) as readonly unknown[];
    if (typeof version !== 'string' || typeof text !== 'string') return undefined;
    const kept = keptSchema.safeParse(parseJson(seal.open(text, KEY) ?? '')).data;
    // What no relay wrote is of no use, and an older one that was put back neither.
    return kept?.version === Number(version) ? kept : { version: Number(version), changes: null };
  }
}
