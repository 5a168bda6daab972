-- All that is done with one lock, each time in one step. What it is, is in RedisLockBackend.
--
-- holders    sorted set: who has the lock, by when that ends (microseconds of the server)
-- queue      sorted set: who waits, by when it came
-- waiters    hash: until when who waits is believed to be there, its channel, and what it shows
-- token      the last fencing token that was given out or set aside
-- info       hash: the tokens of each holder, and what it shows; '?' and its name as long as it has not come for a
--            lock that it was given; 'crashed' if a writer let its lease run out
-- withdrawn  exists if the request was taken back before it arrived
local holders, queue, waiters, token, info, withdrawn = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local operation, id = ARGV[1], ARGV[2]

-- How long a lock that was handed over waits for the next holder to come for it.
local CONFIRM_MS = 3000
-- Tokens are never smaller than the clock, so they need not be remembered for long after their last use. A holder
-- that let its lease run out is remembered for as long, for who comes then.
local TOKEN_MS = 3600000
-- So many tokens are set aside for those who a process hands the lock on to: it does that with distributed locks only.
local TOKENS = string.find(holders, '}:lock:holders$') and 128 or 1
-- They are not, as long as tokens are ahead of the clock by more than this (microseconds): who forgot all tokens
-- begins with the clock.
local AHEAD = 1000

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local function text(number)
  return string.format('%.0f', number)
end

local function is_writer(member)
  return string.sub(member, 1, 1) == 'w'
end

local function keep(key, millis)
  if redis.call('PTTL', key) < millis then
    redis.call('PEXPIRE', key, millis)
  end
end

-- Who has not come for the lock cannot have left anything half done, but may have been told of somebody who has.
local function forget(member, given_back)
  local told = string.match(redis.call('HGET', info, member) or '', '^%d+ %d+ (%d) ') == '1'
  local unconfirmed = redis.call('HDEL', info, '?' .. member) == 1
  redis.call('ZREM', holders, member)
  redis.call('HDEL', info, member)
  if is_writer(member) and (unconfirmed and told or not unconfirmed and not given_back) then
    redis.call('HSET', info, 'crashed', '1')
    keep(info, TOKEN_MS)
  end
end

local function forget_expired()
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', holders, '-inf', text(now))) do
    forget(member, false)
  end
end

local function leave_queue(member)
  redis.call('ZREM', queue, member)
  redis.call('HDEL', waiters, member)
end

-- The first in the queue who is still there, and its channel and what it shows.
local function first()
  while true do
    local member = redis.call('ZRANGE', queue, 0, 0)[1]
    if not member then
      return nil
    end
    local known = redis.call('HGET', waiters, member) or ''
    local deadline, channel, shown = string.match(known, '^(%d+) (%S+) (.*)$')
    if deadline and tonumber(deadline) > now then
      return member, channel, shown
    end
    leave_queue(member)
  end
end

local function is_free_for(member)
  local holder = redis.call('ZRANGE', holders, 0, 0)[1]
  return not holder or not (is_writer(holder) or is_writer(member))
end

local function hold(member, millis)
  redis.call('ZADD', holders, text(now + millis * 1000), member)
  keep(holders, millis + TOKEN_MS)
  keep(info, millis + TOKEN_MS)
end

local function grant(member, millis, shown)
  local next_token = math.max((tonumber(redis.call('GET', token)) or 0) + 1, now)
  local tokens = (next_token - now <= AHEAD) and TOKENS or 1
  redis.call('SET', token, text(next_token + tokens - 1), 'PX', TOKEN_MS + millis)
  local crashed = is_writer(member) and redis.call('HDEL', info, 'crashed') or 0
  redis.call('HSET', info, member, text(next_token) .. ' ' .. tokens .. ' ' .. crashed .. ' ' .. shown)
  hold(member, millis)
end

-- 1 if somebody waits who is still there
local function contended()
  return first() and 1 or 0
end

-- 1, the first token, how many there are, whether the holder before crashed, and whether somebody waits
local function granted(member)
  local given, tokens, crashed = string.match(redis.call('HGET', info, member), '^(%d+) (%d+) (%d) ')
  return { 1, given, tokens, crashed, contended() }
end

local function grant_next()
  local member, channel, shown = first()
  while member and is_free_for(member) do
    grant(member, CONFIRM_MS, shown)
    redis.call('HSET', info, '?' .. member, '1')
    leave_queue(member)
    redis.call('PUBLISH', channel, member)
    if is_writer(member) then
      return
    end
    member, channel, shown = first()
  end
end

forget_expired()

if operation == 'acquire' then
  local millis, patience, channel, shown = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5], ARGV[6]
  if redis.call('EXISTS', withdrawn) == 1 then
    return { -1 }
  end
  if redis.call('ZSCORE', holders, id) then
    -- It was handed over, or the answer was lost.
    redis.call('HDEL', info, '?' .. id)
    hold(id, millis)
    return granted(id)
  end
  local ahead = first()
  local in_turn = not ahead or ahead == id or not (is_writer(ahead) or is_writer(id))
  if in_turn and is_free_for(id) then
    leave_queue(id)
    grant(id, millis, shown)
    return granted(id)
  end
  if patience > 0 then
    if not redis.call('ZSCORE', queue, id) then
      local last = redis.call('ZRANGE', queue, -1, -1, 'WITHSCORES')[2]
      redis.call('ZADD', queue, text(math.max((tonumber(last) or 0) + 1, now)), id)
    end
    redis.call('HSET', waiters, id, text(now + patience * 1000) .. ' ' .. channel .. ' ' .. shown)
    keep(queue, patience)
    keep(waiters, patience)
  end
  return { 0 }
end

if operation == 'release' then
  local withdrawal = tonumber(ARGV[3])
  if redis.call('ZSCORE', holders, id) then
    forget(id, true)
  end
  leave_queue(id)
  if withdrawal > 0 then
    redis.call('SET', withdrawn, '1', 'PX', withdrawal)
  end
  grant_next()
  return { 1 }
end

if operation == 'renew' then
  if not redis.call('ZSCORE', holders, id) then
    return { 0 }
  end
  local millis = tonumber(ARGV[3])
  -- The first write, as a server without memory lets nobody begin with one that may need some.
  redis.call('PEXPIRE', token, TOKEN_MS + millis)
  hold(id, millis)
  return { 1, contended() }
end

if operation == 'contended' then
  return { contended() }
end

-- A writer becomes a reader: others may read too.
if operation == 'downgrade' then
  local reader, shown = ARGV[3], ARGV[4]
  if redis.call('ZSCORE', holders, reader) then
    -- The answer was lost.
    return granted(reader)
  end
  local ends = redis.call('ZSCORE', holders, id)
  if not ends then
    return { 0 }
  end
  redis.call('ZREM', holders, id)
  redis.call('HDEL', info, id)
  grant(reader, math.max(1, math.floor((tonumber(ends) - now) / 1000)), shown)
  redis.call('ZADD', holders, ends, reader)
  grant_next()
  return granted(reader)
end

if operation == 'inspect' then
  local holder = redis.call('ZRANGE', holders, 0, 0)[1]
  if not holder then
    return { 0 }
  end
  local shown = string.match(redis.call('HGET', info, holder) or '', '^%d+ %d+ %d (.*)$')
  return { 1, shown or '' }
end

return redis.error_reply('unknown operation ' .. tostring(operation))
