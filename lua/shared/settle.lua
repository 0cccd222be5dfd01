-- Gives back the units of holds that have fallen due, oldest first and at most SETTLE_LIMIT of them,
-- so that no script runs long. Answers how many, and whether more may be waiting.
local function settle_due(now)
  local due = redis.call('ZRANGEBYSCORE', HOLDS_BY_EXPIRY, '-inf', now, 'LIMIT', 0, SETTLE_LIMIT)
  for _, hold_id in ipairs(due) do
    local hold = load_hold(hold_id)
    if hold and hold.status == 'active' then
      end_hold(hold_id, hold, 'expired', now)
    else
      redis.call('ZREM', HOLDS_BY_EXPIRY, hold_id)
    end
  end
  return #due, #due == SETTLE_LIMIT
end
