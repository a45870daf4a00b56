import { scriptOf } from './shared-memory.ts';

/** How long what belongs to a day is kept. */
const KEPT_S = 172_800;

/**
 * KEYS: the memory's mark, the relays, what this relay holds, how the day was loaded.
 * ARGV: what stands before all keys, the day, this relay, a mark for a memory that has none, the
 * mark that this relay knows, `1` if it asks for nothing new; for each account: its name,
 * its cap (-1: none), what this relay has spent, what of that the others know, what it holds, and
 * what it wants to hold. All amounts are absolute: a command that is sent twice does nothing more.
 *
 * An account has `s`, what was spent, and `h`, what relays hold of it. Of what is free a relay gets
 * half at most, unless it is the only one, so that something is left for the others.
 */
export const DRAW = scriptOf(`
local prefix, day, me = ARGV[1], ARGV[2], ARGV[3]
local mark = redis.call('GET', KEYS[1]) or ARGV[4]
redis.call('SET', KEYS[1], mark, 'EX', ${KEPT_S})
redis.call('SADD', KEYS[2], me)
redis.call('EXPIRE', KEYS[2], ${KEPT_S})
local relays = redis.call('SMEMBERS', KEYS[2])
local gone = {}
for _, id in ipairs(relays) do
  if id ~= me and redis.call('EXISTS', prefix .. 'replica:' .. id) == 0 then table.insert(gone, id) end
end
local loaded = redis.call('GET', KEYS[4])
if not loaded then return { mark, '', gone, {} } end
local isCautious = ARGV[6] == '1' or (ARGV[5] ~= '' and ARGV[5] ~= mark)
local text = function(amount) return string.format('%.0f', amount) end
local rows = {}
for i = 7, #ARGV, 6 do
  local name, cap, own = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  local told, held, wanted = tonumber(ARGV[i + 3]), tonumber(ARGV[i + 4]), tonumber(ARGV[i + 5])
  local key = prefix .. 'money:' .. day .. ':of:' .. name
  local s = tonumber(redis.call('HGET', key, 's') or 0)
  local h = tonumber(redis.call('HGET', key, 'h') or 0)
  local mine = redis.call('HGET', KEYS[3], name)
  if mine then
    local before, known = string.match(mine, '^(%d+):(%d+)$')
    told = tonumber(known)
    h = h - before
    held = math.max(0, before - (own - told))
  end
  s = s + own - told
  local free = cap - s - h - held
  if free > 0 and #relays > 1 then free = math.ceil(free / 2) end
  if isCautious then wanted = math.min(wanted, held) end
  local grant = cap < 0 and 0 or math.max(0, math.min(wanted, held + free))
  if mine or own > 0 or grant > 0 then
    redis.call('HSET', key, 's', text(s), 'h', text(h + grant))
    redis.call('EXPIRE', key, ${KEPT_S})
    redis.call('HSET', KEYS[3], name, text(grant) .. ':' .. text(own))
    redis.call('EXPIRE', KEYS[3], ${KEPT_S})
  end
  table.insert(rows, s)
  table.insert(rows, grant)
end
return { mark, loaded, gone, rows }`);

/**
 * KEYS: how the day was loaded, the memory's mark. ARGV: what stands before an account's name, how it
 * is loaded now, the mark of the memory that asked for it, and for each account its name and what is
 * known to be spent of it; the larger amount counts.
 */
export const LOAD = scriptOf(`
if redis.call('GET', KEYS[2]) ~= ARGV[3] then return 0 end
if ARGV[2] == 'ledger' or not redis.call('GET', KEYS[1]) then
  redis.call('SET', KEYS[1], ARGV[2], 'EX', ${KEPT_S})
end
for i = 4, #ARGV, 2 do
  local key = ARGV[1] .. ARGV[i]
  if tonumber(ARGV[i + 1]) > tonumber(redis.call('HGET', key, 's') or 0) then
    redis.call('HSET', key, 's', ARGV[i + 1])
    redis.call('EXPIRE', key, ${KEPT_S})
  end
end
return 0`);

/** KEYS: what a relay holds. ARGV: what stands before an account's name. Returns name and `s`. */
export const LIST = scriptOf(`
local found = {}
for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do
  table.insert(found, name)
  table.insert(found, redis.call('HGET', ARGV[1] .. name, 's') or '0')
end
return found`);

/**
 * KEYS: the relays, what the one holds that is gone, its lease. ARGV: its id, what stands before an
 * account's name, then for each account its name and what the relay has spent and not told. What it
 * held is free again. What it has told stays, in case that it comes back.
 */
export const GIVE_BACK = scriptOf(`
if redis.call('EXISTS', KEYS[3]) == 1 then return 0 end
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 0 then return 0 end
for i = 3, #ARGV, 2 do redis.call('HINCRBY', ARGV[2] .. ARGV[i], 's', ARGV[i + 1]) end
local held = redis.call('HGETALL', KEYS[2])
for i = 1, #held, 2 do
  local amount, told = string.match(held[i + 1], '^(%d+):(%d+)$')
  if amount ~= '0' then redis.call('HINCRBY', ARGV[2] .. held[i], 'h', '-' .. amount) end
  redis.call('HSET', KEYS[2], held[i], '0:' .. told)
end
return redis.call('SREM', KEYS[1], ARGV[1])`);

/** KEYS: the relays, what this one holds. ARGV: its id. */
export const LEAVE = scriptOf(`
redis.call('SREM', KEYS[1], ARGV[1])
return redis.call('DEL', KEYS[2])`);
