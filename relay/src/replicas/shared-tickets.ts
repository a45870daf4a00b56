import { z } from 'zod';
import { parseJson } from '../base/lib/json.ts';
import { fingerprint, newSecret } from '../base/lib/ids.ts';
import type { Issued, TicketOffice } from '../people/auth/tickets.ts';
import { scriptOf, SharedMemoryAway, type SharedMemory } from './shared-memory.ts';
import type { SharedSeal } from './shared-seal.ts';

/**
 * KEYS: the owner's tickets, by when they expire; the ticket.
 * ARGV: how many the owner may have, how long one is valid (ms), the ticket's name, owner and sealed grant.
 * Returns 0 if it was issued, else for how long the owner has as many as they may, ms.
 */
const ISSUE = scriptOf(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then
  local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  return math.max(1, tonumber(first[2]) - now)
end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('SET', KEYS[2], ARGV[4], 'PX', ARGV[2])
return 0`);

/**
 * KEYS: the ticket. ARGV: what stands before the name of an owner's tickets, the ticket's name.
 * Returns its owner and sealed grant, once.
 */
const REDEEM = scriptOf(`
local grant = redis.call('GET', KEYS[1])
if grant then
  redis.call('DEL', KEYS[1])
  redis.call('ZREM', ARGV[1] .. cjson.decode(grant).owner, ARGV[2])
end
return grant`);

/** KEYS: the owner's tickets. ARGV: what stands before a ticket's name. */
const REVOKE = scriptOf(`
for _, name in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  redis.call('DEL', ARGV[1] .. name)
end
return redis.call('DEL', KEYS[1])`);

const kept = z.object({ owner: z.string(), sealed: z.string() });

export interface SharedTicketsOptions<Grant> {
  readonly memory: Pick<SharedMemory, 'run' | 'keyOf'>;
  readonly seal: SharedSeal;
  /** A relay of another version may have issued it. */
  readonly schema: z.ZodType<Grant>;
  readonly ttlMs: number;
  /** Issues and redeems while Redis is away: such a ticket is known to this relay alone. */
  readonly own: TicketOffice<Grant>;
}

/** Tickets that any relay issues and any other redeems, each once. */
export class SharedTickets<Grant> implements TicketOffice<Grant> {
  readonly #options: SharedTicketsOptions<Grant>;

  constructor(options: SharedTicketsOptions<Grant>) {
    this.#options = options;
  }

  async issue(grant: Grant, owner: string, limit: number): Promise<Issued> {
    const { memory, seal, ttlMs, own } = this.#options;
    const ticket = newSecret();
    const name = fingerprint(ticket);
    const sealed = seal.seal(JSON.stringify(grant), `ticket:${name}`);
    const values = [limit, ttlMs, name, JSON.stringify({ owner, sealed })];
    try {
      const waitMs = await memory.run(ISSUE, [`tickets:${owner}`, `ticket:${name}`], values);
      return Number(waitMs) > 0 ? { waitMs: Number(waitMs) } : { ticket };
    } catch (error) {
      if (!(error instanceof SharedMemoryAway)) throw error;
      return own.issue(grant, owner, limit);
    }
  }

  async redeem(ticket: string): Promise<Grant | undefined> {
    const { memory, seal, schema, own } = this.#options;
    const known = await own.redeem(ticket);
    if (known !== undefined) return known;
    const name = fingerprint(ticket);
    try {
      const text = await memory.run(REDEEM, [`ticket:${name}`], [memory.keyOf('tickets:'), name]);
      if (typeof text !== 'string') return undefined;
      const sealed = kept.safeParse(parseJson(text)).data?.sealed ?? '';
      return schema.safeParse(parseJson(seal.open(sealed, `ticket:${name}`) ?? '')).data;
    } catch (error) {
      if (!(error instanceof SharedMemoryAway)) throw error;
      return undefined;
    }
  }

  /** @throws SharedMemoryAway */
  async revokeOf(owner: string): Promise<void> {
    const { memory, own } = this.#options;
    await own.revokeOf(owner);
    await memory.run(REVOKE, [`tickets:${owner}`], [memory.keyOf('ticket:')]);
  }
}
