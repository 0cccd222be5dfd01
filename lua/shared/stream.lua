-- Where the event stream ends: the id of its last entry, `0-0` while there is none. A reply that
-- carries it says which commits it has seen: those up to it, and none behind it.
local function last_entry_id()
  local last = redis.call('XREVRANGE', EVENTS, '+', '-', 'COUNT', 1)
  return last[1] and last[1][1] or '0-0'
end
