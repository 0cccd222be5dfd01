local function expire(hold_id, json, now)
  local hold = cjson.decode(json)
  if hold.status ~= 'active' then
    error('not active: ' .. hold_id)
  end
  end_hold(hold_id, hold, 'expired', now)
end

-- Gives back the units of holds that have fallen due, oldest first and at most SETTLE_LIMIT of them,
-- so that no script runs long. A record that is missing or spoilt by another hand leaves the index, so that it
-- does not stop every commit; POST /verify then shows its units as a drift. Answers how many, whether more may be waiting, and
-- for how many milliseconds the first of them had been due.
local function settle_due(now)
  local due = redis.call('ZRANGEBYSCORE', HOLDS_BY_EXPIRY, '-inf', now, 'LIMIT', 0, SETTLE_LIMIT)
  if #due == 0 then
    return 0, false, 0
  end
  local lag_ms, keys = now - tonumber(redis.call('ZSCORE', HOLDS_BY_EXPIRY, due[1])), {}
  for i, hold_id in ipairs(due) do
    keys[i] = HOLD .. hold_id
  end
  local records = redis.call('MGET', unpack(keys))
  for i, hold_id in ipairs(due) do
    if not pcall(expire, hold_id, records[i], now) then
      set_score(HOLDS_BY_EXPIRY, hold_id, false)
    end
  end
  return #due, #due == SETTLE_LIMIT, lag_ms
end
