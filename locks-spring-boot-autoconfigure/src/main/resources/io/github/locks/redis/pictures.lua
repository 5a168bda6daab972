-- What the processes show each other: a hash of pictures, each with the time until which it counts
-- (microseconds of the server), as a process that has died takes none back.
local pictures = KEYS[1]
local operation, id = ARGV[1], ARGV[2]

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

if operation == 'show' then
  local millis, picture = tonumber(ARGV[3]), ARGV[4]
  redis.call('HSET', pictures, id, string.format('%.0f', now + millis * 1000) .. ' ' .. picture)
  if redis.call('PTTL', pictures) < millis then
    redis.call('PEXPIRE', pictures, millis)
  end
  return {}
end

if operation == 'hide' then
  redis.call('HDEL', pictures, id)
  return {}
end

local all = redis.call('HGETALL', pictures)
local living = {}
for i = 1, #all, 2 do
  local deadline, picture = string.match(all[i + 1], '^(%d+) (.*)$')
  if deadline and tonumber(deadline) > now then
    living[#living + 1] = picture
  else
    redis.call('HDEL', pictures, all[i])
  end
end
return living
