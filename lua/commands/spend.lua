--[[
spend: takes one request out of a caller's allowance, which refills evenly (a leaky bucket by Redis' clock).
OP     caller  string
       limit   1..1,000,000 requests a minute; as many may come at once
REPLY  first match wins, in this order:
       limited  0, reset_ms, retry_ms   no request is left; one will be in retry_ms
       spent    remaining, reset_ms     the allowance is whole again in reset_ms
KEEPS  one key per caller, gone once its allowance is whole.
COST   O(1)
]]
local function spend(commit, caller, limit)
  local key = RATE .. caller
  limit = whole_number(limit, 1, 1000000)

  -- In microseconds, so that a whole minute is never a request short.
  local window, interval = 60000000, math.floor(60000000 / limit)
  local now_us = commit.now * 1000
  local whole_at = math.max(now_us, tonumber(get_text(key) or 0))
  local left = math.floor((window - (whole_at - now_us)) / interval)

  if left < 1 then
    local retry_us = whole_at + interval - window - now_us
    return { 'limited', 0, math.ceil((whole_at - now_us) / 1000), math.ceil(retry_us / 1000) }
  end

  local reset_ms = math.ceil((whole_at + interval - now_us) / 1000)
  set_text(key, string.format('%.0f', whole_at + interval), reset_ms)
  return { 'spent', left - 1, reset_ms }
end
