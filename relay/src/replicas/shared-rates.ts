import type {
  RateAction,
  RateAnswer,
  RateAsk,
  RateOffice,
  SessionRoom,
} from '../people/limits/limiter.ts';
import type { Identity } from '../people/auth/identity.ts';
import { fingerprint } from '../base/lib/ids.ts';
import type { Replicas } from './replicas.ts';
import { scriptOf, SharedMemoryAway, type SharedMemory } from './shared-memory.ts';

/** Sessions are remembered for longer than any of them lasts. */
const SESSIONS_KEPT_S = 172_800;
/** Beyond these, sessions count until this relay is gone. */
const MAX_ENDED = 10_000;

/**
 * Counts the sessions of a user in every relay that is there: `KEYS[1]` is their set, whose members
 * are a relay and a session each. Those of a relay that is gone leave it.
 */
const COUNT_SESSIONS = `
local sessionsOf = function(key, prefix, me)
  local there = { [me] = 1 }
  local count = 0
  for _, member in ipairs(redis.call('SMEMBERS', key)) do
    local relay = string.match(member, '^([^:]*):')
    if not there[relay] then there[relay] = redis.call('EXISTS', prefix .. relay) end
    if there[relay] == 1 then count = count + 1
    else redis.call('SREM', key, member) end
  end
  return count
end`;

/**
 * KEYS: the sessions of a user, then one for each rate. ARGV: the action, what stands before a
 * relay's lease, this relay, how many sessions the user may have (-1: any number), then for each
 * rate its count and its period (ms). The generic cell rate algorithm of \`RateCounter\`, for several
 * keys in one step. Returns the index of the first that must wait and for how long (ms); -1 as the
 * index: the user has too many sessions; -2: it is done.
 */
const ASK = scriptOf(`${COUNT_SESSIONS}
local action, most = ARGV[1], tonumber(ARGV[4])
if most >= 0 and sessionsOf(KEYS[1], ARGV[2], ARGV[3]) >= most then return { -1, 0 } end
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local rates = {}
for i = 2, #KEYS do
  local count, period = tonumber(ARGV[2 * i + 1]), tonumber(ARGV[2 * i + 2])
  local full = tonumber(redis.call('GET', KEYS[i]) or now)
  local wait = full + period / count - period - now
  if wait > 0.001 and (action == 'check' or action == 'take') then return { i - 2, math.ceil(wait) } end
  rates[i] = { full = full, step = period / count, latest = now + period }
end
if action == 'check' then return { -2, 0 } end
for i = 2, #KEYS do
  local rate = rates[i]
  local full = math.min(math.max(now, rate.full) + rate.step, rate.latest)
  if action == 'take-back' then full = rate.full - rate.step end
  if full > now then
    redis.call('SET', KEYS[i], string.format('%.3f', full), 'PX', math.ceil(full - now))
  else redis.call('DEL', KEYS[i]) end
end
return { -2, 0 }`);

/**
 * KEYS: the sessions of a user. ARGV: what stands before a relay's lease, this relay, how many the
 * user may have (-1: any number), the session, one that ends. Returns 0 if there are as many.
 */
const ENTER = scriptOf(`${COUNT_SESSIONS}
redis.call('SREM', KEYS[1], ARGV[2] .. ':' .. ARGV[5])
local most = tonumber(ARGV[3])
if most >= 0 and sessionsOf(KEYS[1], ARGV[1], ARGV[2]) >= most then return 0 end
redis.call('SADD', KEYS[1], ARGV[2] .. ':' .. ARGV[4])
redis.call('EXPIRE', KEYS[1], ${SESSIONS_KEPT_S})
return 1`);

/** KEYS: the sessions of a user. ARGV: this relay and the session. */
const LEAVE = scriptOf(`return redis.call('SREM', KEYS[1], ARGV[1])`);

interface RunningSession {
  readonly id: string;
  readonly identity: Pick<Identity, 'userId'>;
}

export interface SharedRatesOptions {
  readonly memory: Pick<SharedMemory, 'run' | 'keyOf'>;
  readonly replicas: Pick<Replicas, 'id'>;
}

/** Rates, and the sessions of a user, counted over all relays of one Redis. */
export class SharedRates implements RateOffice {
  readonly #options: SharedRatesOptions;
  /** Sessions that ended while Redis was away, with their users. */
  readonly #ended = new Map<string, string>();

  constructor(options: SharedRatesOptions) {
    this.#options = options;
  }

  async ask(action: RateAction, asks: readonly RateAsk[], room?: SessionRoom): Promise<RateAnswer> {
    const never = asks.findIndex(({ rate }) => rate.count < 1);
    const isAsking = action === 'check' || action === 'take';
    if (never >= 0 && isAsking) return { kind: 'wait', index: never, waitMs: Infinity };
    const limited = asks.filter(({ rate }) => rate.count >= 1 && Number.isFinite(rate.count));
    const most = mostOf(room);
    if (limited.length === 0 && most < 0) return { kind: 'done' };
    const { memory, replicas } = this.#options;
    const keys = [
      sessionsKey(room?.userId ?? ''),
      ...limited.map(({ key }) => `rate:${fingerprint(key)}`),
    ];
    const rates = limited.flatMap(({ rate: { count, perMs } }) => [count, perMs]);
    const values = [action, memory.keyOf('replica:'), replicas.id, most, ...rates];
    try {
      const [index, waitMs] = (await memory.run(ASK, keys, values)) as readonly [number, number];
      if (index === -2) return { kind: 'done' };
      if (index === -1) return { kind: 'too-many-sessions' };
      return { kind: 'wait', index: asks.indexOf(limited[index]!), waitMs };
    } catch (error) {
      if (!(error instanceof SharedMemoryAway)) throw error;
      return { kind: 'away' };
    }
  }

  async enter(room: SessionRoom, sessionId: string, inPlaceOf = ''): Promise<boolean> {
    const { memory, replicas } = this.#options;
    const values = [memory.keyOf('replica:'), replicas.id, mostOf(room), sessionId, inPlaceOf];
    try {
      return (await memory.run(ENTER, [sessionsKey(room.userId)], values)) === 1;
    } catch (error) {
      if (!(error instanceof SharedMemoryAway)) throw error;
      return true;
    }
  }

  leave(userId: string, sessionId: string): void {
    const { memory, replicas } = this.#options;
    const member = `${replicas.id}:${sessionId}`;
    memory.run(LEAVE, [sessionsKey(userId)], [member]).catch(() => {
      if (this.#ended.size < MAX_ENDED) this.#ended.set(sessionId, userId);
    });
  }

  /** Redis is there again, and may have lost what it had. */
  countAnew(sessions: Iterable<RunningSession>): void {
    const ended = [...this.#ended];
    this.#ended.clear();
    for (const [sessionId, userId] of ended) this.leave(userId, sessionId);
    for (const { id, identity } of sessions) {
      // Never rejects: `enter` lets all in while Redis is away.
      void this.enter({ userId: identity.userId, most: Infinity }, id);
    }
  }
}

function mostOf(room: SessionRoom | undefined): number {
  return room !== undefined && Number.isFinite(room.most) ? room.most : -1;
}

function sessionsKey(userId: string): string {
  return `sessions:${userId}`;
}
