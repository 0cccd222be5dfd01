-- The one clock that decides: Redis' own, in milliseconds since 1970. Scripts see it stand still, so
-- every operation of a commit is judged at the same instant.
local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
