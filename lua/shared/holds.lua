-- The record of a hold, JSON under `hold:{hold_id}`:
--   owner: the name of the key it was made with, where there are keys;
--   status, created_at_ms, expires_at_ms, reference ('' for none), and ended_at_ms once it has ended;
--   lines: [[sku, location, quantity, available after it ended], ...], what it holds, or held to the end;
--   sold: lines that earlier confirmations of a part sold out of it;
--   returned: lines that the confirmation which ended it gave back;
--   reacquired_at_ms: when it was sold after all, having expired; `sold` says what.

local function is_line(line)
  return type(line) == 'table' and type(line[1]) == 'string' and type(line[2]) == 'string' and type(line[3]) == 'number'
end

-- What another hand has spoilt is as good as none. Looked at whole: who finds a gap half-way has written already.
local function decode_hold(json)
  local ok, record = pcall(cjson.decode, json)
  if not ok or type(record) ~= 'table' or type(record.lines) ~= 'table' or type(record.status) ~= 'string'
      or type(record.expires_at_ms) ~= 'number' or type(record.reference) ~= 'string' then
    return false
  end
  for _, line in ipairs(record.lines) do
    if not is_line(line) then
      return false
    end
  end
  return record
end

-- Another owner's hold is as good as none. Without an owner, or with the owner '', it is anybody's.
local function load_hold(hold_id, owner)
  local json = redis.call('GET', HOLD .. hold_id)
  local record = json and decode_hold(json)
  if record and owner and owner ~= '' and (record.owner or NOBODY) ~= owner then
    return false
  end
  return record
end

-- The sorted sets besides `holds_by_expiry` that an active hold is in: of its owner, and of its reference,
-- where each owner has references of its own.
local function indexes_of(hold)
  local indexes = {}
  if hold.owner then
    indexes[1] = HOLDS_BY_OWNER .. hold.owner
  end
  if hold.reference ~= '' then
    indexes[#indexes + 1] = HOLDS_BY_REFERENCE .. (hold.owner and hold.owner .. ' ' or '') .. hold.reference
  end
  return indexes
end

-- No TTL: only `end_hold` may let go of units.
local function save_active_hold(hold_id, hold)
  redis.call('SET', HOLD .. hold_id, cjson.encode(hold))
  redis.call('ZADD', HOLDS_BY_EXPIRY, hold.expires_at_ms, hold_id)
  for _, index in ipairs(indexes_of(hold)) do
    redis.call('ZADD', index, hold.expires_at_ms, hold_id)
  end
end

-- Ended records are kept for a while, for those who ask again.
local function save_ended_hold(hold_id, hold)
  redis.call('SET', HOLD .. hold_id, cjson.encode(hold), 'EX', ENDED_HOLD_SECONDS)
end

-- Lets go of held units: sold, or given back. Notes in each line what is available after.
local function let_go(hold, lines, sold)
  count_held(hold.owner, -units_of(lines))
  for _, line in ipairs(lines) do
    local stock, quantity = read_line(line[1], line[2]), line[3]
    line[4] = write_line(stock, stock.on_hand - (sold and quantity or 0), stock.held - quantity)
  end
end

-- The only way out of `active`: the lines are sold when it is confirmed, and given back otherwise.
local function end_hold(hold_id, hold, status, now)
  let_go(hold, hold.lines, status == 'confirmed')
  local words = append_lines({ hold_id, hold.reference }, hold.lines)
  if hold.returned then
    let_go(hold, hold.returned, false)
    words[#words + 1] = '/'
    append_lines(words, hold.returned)
  end
  hold.status, hold.ended_at_ms = status, now
  save_ended_hold(hold_id, hold)
  redis.call('ZREM', HOLDS_BY_EXPIRY, hold_id)
  for _, index in ipairs(indexes_of(hold)) do
    redis.call('ZREM', index, hold_id)
  end
  record_event('hold.' .. status, table.concat(words, ' '))
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

-- Whether its units are gone for good, and how many that were.
local function is_sold(hold)
  return hold.status == 'confirmed' or hold.reacquired_at_ms ~= nil
end

local function sold_lines(hold)
  return add_lines(hold.sold or {}, hold.status == 'confirmed' and hold.lines or {})
end
