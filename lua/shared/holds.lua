-- The record of a hold, JSON under `hold:{hold_id}`:
--   status, created_at_ms, expires_at_ms, and ended_at_ms once it has ended;
--   lines: [[sku, location, quantity, available after the hold ended], ...]

local function load_hold(hold_id)
  local record = redis.call('GET', HOLD .. hold_id)
  return record and cjson.decode(record)
end

-- No TTL: only `end_hold` may let go of units.
local function save_active_hold(hold_id, hold)
  redis.call('SET', HOLD .. hold_id, cjson.encode(hold))
  redis.call('ZADD', HOLDS_BY_EXPIRY, hold.expires_at_ms, hold_id)
end

-- The only way out of `active`: the units are sold (confirmed) or given back (released, expired).
-- The record is kept for a while, for those who ask again.
local function end_hold(hold_id, hold, status, now)
  for _, line in ipairs(hold.lines) do
    local stock, quantity = read_line(line[1], line[2]), line[3]
    local sold = status == 'confirmed' and quantity or 0
    line[4] = write_line(stock, stock.on_hand - sold, stock.held - quantity)
  end
  hold.status, hold.ended_at_ms = status, now
  redis.call('SET', HOLD .. hold_id, cjson.encode(hold), 'EX', ENDED_HOLD_SECONDS)
  redis.call('ZREM', HOLDS_BY_EXPIRY, hold_id)
  record_event('hold.' .. status, table.concat(append_lines({ hold_id }, hold.lines), ' '))
end

-- Judged by Redis' clock, whether or not a sweep has run.
local function is_due(hold, now)
  return now >= hold.expires_at_ms
end

-- What was available once the units were back; for several lines, the sum.
local function restored_stock(hold)
  local sum = 0
  for _, line in ipairs(hold.lines) do
    sum = sum + line[4]
  end
  return sum
end
