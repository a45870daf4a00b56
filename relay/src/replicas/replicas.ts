import { z } from 'zod';
import { OVER } from '../base/lib/deadline.ts';
import { sleep, type Clock } from '../base/lib/clock.ts';
import { newId } from '../base/lib/ids.ts';
import { parseJson } from '../base/lib/json.ts';
import { PeerAddresses } from './peer-addresses.ts';
import { scriptOf, type SharedMemory } from './shared-memory.ts';
import type { SharedSeal } from './shared-seal.ts';

/** A relay is gone if it has not said for so long that it is there. */
export const LEASE_MS = 4_000;
const RENEW_MS = 1_000;
/** In the place of a call's owner: the first relay that wants the call has it. */
const NOBODY = 'nobody';

/**
 * KEYS: the set of relays, this relay. ARGV: its id, what it says of itself, how long that holds
 * (ms), what stands before a relay's name. Returns 1 if the set did not hold this relay, and what each
 * other says; those that are gone leave the set.
 */
const RENEW = scriptOf(`
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
local found = { redis.call('SADD', KEYS[1], ARGV[1]) }
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local said = redis.call('GET', ARGV[4] .. id)
  if not said then redis.call('SREM', KEYS[1], id)
  elseif id ~= ARGV[1] then
    table.insert(found, id)
    table.insert(found, said)
  end
end
return found`);

/** KEYS: the call. ARGV: the owner that is gone, the new one. Returns the snapshot if it is its. */
const ADOPT = scriptOf(`
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then return false end
redis.call('HSET', KEYS[1], 'owner', ARGV[2])
return redis.call('HGET', KEYS[1], 'snapshot')`);

/**
 * KEYS: the call. ARGV: this relay, whom the call belongs to from now on, how long it is kept (ms),
 * its snapshot. Returns 0 if another relay holds it.
 */
const KEEP = scriptOf(`
local owner = redis.call('HGET', KEYS[1], 'owner')
if owner and owner ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'owner', ARGV[2], 'snapshot', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`);

/** KEYS: the call. ARGV: this relay. */
const FORGET = scriptOf(`
if redis.call('HGET', KEYS[1], 'owner') == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 0`);

/** KEYS: the call. ARGV: what stands before a relay's name. Returns its owner and that one's words. */
const FIND = scriptOf(`
local owner = redis.call('HGET', KEYS[1], 'owner')
if not owner then return {} end
return { owner, redis.call('GET', ARGV[1] .. owner) or '' }`);

const peerSchema = z.object({
  peerUrl: z.string(),
  version: z.string(),
  state: z.enum(['ok', 'draining', 'starting']),
  calls: z.number(),
  startedAtMs: z.number(),
});

/** What a relay says of itself. */
export type ReplicaState = z.infer<typeof peerSchema>;

/** Another relay that is there. */
export interface Peer extends ReplicaState {
  readonly id: string;
}

/** Where a call is. */
export type Whereabouts =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'held'; readonly owner: string; readonly peerUrl: string }
  /** Its relay is gone, or has given it up: the first that adopts it has it. */
  | { readonly kind: 'free'; readonly owner: string };

export interface ReplicasOptions {
  readonly memory: Pick<SharedMemory, 'run' | 'keyOf'>;
  readonly seal: SharedSeal;
  readonly describe: () => ReplicaState;
  readonly clock: Clock;
}

/** This relay among others: it says that it is there, and knows which relay holds which call. */
export class Replicas implements AsyncDisposable {
  readonly id = newId('relay');
  readonly #options: ReplicasOptions;
  readonly #over = new AbortController();
  #peers: readonly Peer[] = [];
  /** Redis has lost what it held: until then the others may not have said again that they are there. */
  #forgottenUntilMs = Number.NEGATIVE_INFINITY;
  readonly #addresses = new PeerAddresses();
  readonly #renewal: Promise<void>;

  constructor(options: ReplicasOptions) {
    this.#options = options;
    this.#renewal = this.#renewRegularly(this.#over.signal);
  }

  /** The others, as of the last second; those that were there before Redis was away. */
  get peers(): readonly Peer[] {
    return this.#peers;
  }

  /** Whether one of the others connects from this address. */
  isPeerAddress(address: string): boolean {
    return this.#addresses.has(address);
  }

  /** @throws SharedMemoryAway */
  async whereIs(resumeKey: string): Promise<Whereabouts> {
    const { memory } = this.#options;
    const values = [memory.keyOf('replica:')];
    const [owner, said] = (await memory.run(FIND, [keyOf(resumeKey)], values)) as
      | readonly [string, string]
      | readonly [];
    if (owner === undefined) return { kind: 'unknown' };
    const peer = this.#stateOf(owner, said);
    if (peer === undefined) return { kind: 'free', owner };
    return { kind: 'held', owner, peerUrl: peer.peerUrl };
  }

  /**
   * @param snapshot - what another relay needs to go on with the call
   * @param isReleased - the call belongs to nobody from now on
   * @returns false if another relay holds the call
   * @throws SharedMemoryAway
   */
  async keep(
    resumeKey: string,
    snapshot: string,
    { ttlMs, isReleased }: { readonly ttlMs: number; readonly isReleased: boolean },
  ): Promise<boolean> {
    const values = [this.id, isReleased ? NOBODY : this.id, ttlMs, snapshot];
    return (await this.#options.memory.run(KEEP, [keyOf(resumeKey)], values)) === 1;
  }

  /**
   * Makes a call of `owner` this relay's.
   *
   * @returns its snapshot; undefined if another was quicker
   * @throws SharedMemoryAway
   */
  async adopt(resumeKey: string, owner: string): Promise<string | undefined> {
    const { memory } = this.#options;
    const snapshot = await memory.run(ADOPT, [keyOf(resumeKey)], [owner, this.id]);
    return typeof snapshot === 'string' ? snapshot : undefined;
  }

  /** The call is over. @throws SharedMemoryAway */
  async forget(resumeKey: string): Promise<void> {
    await this.#options.memory.run(FORGET, [keyOf(resumeKey)], [this.id]);
  }

  /** Says anew what this relay is doing. @throws SharedMemoryAway */
  async renew(): Promise<void> {
    const { memory, seal, describe, clock } = this.#options;
    const said = seal.seal(JSON.stringify(describe()), placeOf(this.id));
    const values = [this.id, said, LEASE_MS, memory.keyOf('replica:')];
    const keys = ['replicas', `replica:${this.id}`];
    const [isNew, ...found] = (await memory.run(RENEW, keys, values)) as [number, ...string[]];
    const peers = found.flatMap((id, index) => {
      const state = index % 2 === 0 ? this.#stateOf(id, found[index + 1]) : undefined;
      return state === undefined ? [] : [{ id, ...state }];
    });
    const nowMs = clock.now();
    if (isNew === 1 && this.#peers.length > 0) this.#forgottenUntilMs = nowMs + LEASE_MS;
    const kept = nowMs < this.#forgottenUntilMs ? this.#peers : [];
    this.#peers = [...peers, ...kept.filter(({ id }) => !found.includes(id))];
    this.#addresses.update(this.#peers.map(({ peerUrl }) => peerUrl));
  }

  #stateOf(id: string, said = ''): ReplicaState | undefined {
    const text = this.#options.seal.open(said, placeOf(id)) ?? '';
    return peerSchema.safeParse(parseJson(text)).data;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort(OVER);
    await this.#renewal;
    const { memory } = this.#options;
    const gone = [this.id, '', 1, memory.keyOf('replica:')];
    await memory.run(RENEW, ['replicas', `replica:${this.id}`], gone).catch(() => {});
  }

  async #renewRegularly(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // Away: the calls of this relay go on, and nobody can adopt them either.
      await this.renew().catch(() => {});
      await sleep(this.#options.clock, RENEW_MS, signal);
    }
  }
}

function placeOf(id: string): string {
  return `replica:${id}`;
}

function keyOf(resumeKey: string): string {
  return `call:${resumeKey}`;
}
