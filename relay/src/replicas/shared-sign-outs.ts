import { fingerprint } from '../base/lib/ids.ts';
import type { NamedSignOut, SignOuts } from '../people/auth/sign-outs.ts';
import type { Bus } from './bus.ts';
import { scriptOf, type SharedMemory } from './shared-memory.ts';

const KINDS = ['guest', 'account'] as const;
/** What stands before the name of one. */
const NAME = 'sign-out:';
/** Of each kind; the ones that expire first are forgotten first. */
const MAX_KEPT = 50_000;
/** Told or read at once: about 300 kB. */
const PAGE = 1_000;

/**
 * KEYS: the names of sign-outs of one kind, by when they are of no use any more (s since 1970).
 * ARGV: now, how many are kept, the channel, what stands before a name, then for each sign-out its
 * name, until when it holds, and its message. What was not known is kept and published.
 */
const ADD = scriptOf(`
for index = 5, #ARGV, 3 do
  if redis.call('ZADD', KEYS[1], ARGV[index + 1], ARGV[index]) == 1 then
    redis.call('SET', ARGV[4] .. ARGV[index], ARGV[index + 2], 'EXAT', ARGV[index + 1])
    redis.call('PUBLISH', ARGV[3], ARGV[index + 2])
  end
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -ARGV[2] - 1)
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
if last[2] then redis.call('EXPIREAT', KEYS[1], last[2]) end
return 0`);

/**
 * KEYS: as above. ARGV: now, how many are left out, how many to return at most, what stands before
 * a name. Returns their messages.
 */
const READ = scriptOf(`
local names = redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[1], '+inf', 'LIMIT', ARGV[2], ARGV[3])
for index, name in ipairs(names) do names[index] = redis.call('GET', ARGV[4] .. name) or '' end
return names`);

export interface SharedSignOutsOptions {
  readonly memory: Pick<SharedMemory, 'run' | 'keyOf'>;
  readonly bus: Pick<Bus, 'channel' | 'messageOf' | 'read'>;
  readonly signOuts: SignOuts;
  /** Ends what the person has begun here until then, ms since 1970. */
  readonly endOf: (userId: string, untilMs: number) => void;
}

/** Makes a sign-out at one relay one at all of them, for as long as it matters. */
export class SharedSignOuts {
  readonly #options: SharedSignOutsOptions;

  constructor(options: SharedSignOutsOptions) {
    this.#options = options;
    // Redis may be away: then it is told when it is there again.
    options.signOuts.onAdded = (signOut) => void this.#tell([signOut]).catch(() => {});
  }

  /** Another relay says so. */
  learn(signOut: NamedSignOut): void {
    const { signOuts, endOf } = this.#options;
    // Known in whole seconds. The person may have signed in again since.
    if (signOuts.learn(signOut)) endOf(signOut.userId, (signOut.atS + 1) * 1_000);
  }

  /** Tells what others may not know, and reads what this relay may not know. @throws SharedMemoryAway */
  async catchUp(): Promise<void> {
    const { memory, bus, signOuts } = this.#options;
    const kept = signOuts.kept();
    for (const kind of KINDS) {
      for (let first = 0; first < kept[kind].length; first += PAGE) {
        await this.#tell(kept[kind].slice(first, first + PAGE).map((one) => ({ ...one, kind })));
      }
      for (let known = 0; known < MAX_KEPT; known += PAGE) {
        const values = [nowS(), known, PAGE, memory.keyOf(NAME)];
        const page = (await memory.run(READ, [keyOf(kind)], values)) as string[];
        for (const text of page) {
          const message = bus.read(text);
          if (message?.type === 'signed-out') this.learn(message.what);
        }
        if (page.length < PAGE) break;
      }
    }
  }

  /** @param signOuts - of one kind */
  async #tell(signOuts: readonly NamedSignOut[]): Promise<void> {
    const { memory, bus } = this.#options;
    const values = signOuts.flatMap((what) => [
      fingerprint(`${what.kind} ${what.userId} ${what.atS}`),
      what.untilS,
      bus.messageOf('signed-out', { what }),
    ]);
    const keys = [keyOf(signOuts[0]!.kind)];
    await memory.run(ADD, keys, [nowS(), MAX_KEPT, bus.channel, memory.keyOf(NAME), ...values]);
  }
}

function nowS(): number {
  return Math.floor(Date.now() / 1_000);
}

function keyOf(kind: NamedSignOut['kind']): string {
  return `sign-outs:${kind}`;
}
