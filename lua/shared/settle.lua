local function expire(hold_id, json, now)
  local hold = json and decode_hold(json)
  if not hold or hold.status ~= 'active' then
    error('not active: ' .. hold_id)
  end
  end_hold(hold_id, hold, 'expired', now)
end

-- The most holds of one owner that are counted again: some milliseconds.
local RECOUNT_LIMIT = 1000

-- Takes a hold without a record, or with a spoilt one, out of the indexes. Its owner can only be told from them.
local function drop(hold_id, robbed)
  set_score(HOLDS_BY_EXPIRY, hold_id, false)
  for _, owner in ipairs(redis.call('HKEYS', UNITS_BY_OWNER)) do
    if redis.call('ZSCORE', HOLDS_BY_OWNER .. owner, hold_id) then
      set_score(HOLDS_BY_OWNER .. owner, hold_id, false)
      robbed[owner] = true
    end
  end
end

-- What was dropped must not count against its owner for ever.
local function recount(owner)
  local hold_ids = redis.call('ZRANGE', HOLDS_BY_OWNER .. owner, 0, RECOUNT_LIMIT)
  if #hold_ids > RECOUNT_LIMIT then
    return
  end
  local account = account_of(owner)
  account.holds, account.units = 0, 0
  for _, hold_id in ipairs(hold_ids) do
    local hold = load_hold(hold_id)
    if hold and hold.status == 'active' then
      count_held(owner, 1, units_of(hold.lines))
    end
  end
end

-- Gives back the units of holds that have fallen due, oldest first and at most SETTLE_LIMIT of them,
-- so that no script runs long. A record that is missing or spoilt by another hand leaves the index, so that it
-- does not stop every commit; POST /verify then shows its units as a drift. Answers how many, whether more may be
-- waiting, and for how many milliseconds the first of them had been due.
local function settle_due(now)
  local due = redis.call('ZRANGEBYSCORE', HOLDS_BY_EXPIRY, '-inf', text_of(now), 'LIMIT', '0', SETTLE_LIMIT)
  if #due == 0 then
    return 0, false, 0
  end
  local lag_ms, keys, robbed = now - tonumber(redis.call('ZSCORE', HOLDS_BY_EXPIRY, due[1])), {}, {}
  for i, hold_id in ipairs(due) do
    keys[i] = HOLD .. hold_id
  end
  local records = redis.call('MGET', unpack(keys))
  for i, hold_id in ipairs(due) do
    if not pcall(expire, hold_id, records[i], now) then
      drop(hold_id, robbed)
    end
  end
  for owner in pairs(robbed) do
    recount(owner)
  end
  return #due, #due == SETTLE_LIMIT, lag_ms
end
