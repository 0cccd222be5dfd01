-- A stock line is one SKU at one location: two fields of `stock:{sku}`, what is on hand under the
-- location's own name and what active holds have taken under `held:` before it. What is available is
-- never stored, so it cannot disagree with them: on hand minus held, and 0 when a count found less
-- than is held.

-- `known` is false where the SKU has never been counted at that location.
local function read_line(sku, location)
  local counters = redis.call('HMGET', STOCK .. sku, location, 'held:' .. location)
  local on_hand, held = tonumber(counters[1]) or 0, tonumber(counters[2]) or 0
  return {
    sku = sku,
    location = location,
    known = counters[1] ~= false,
    on_hand = on_hand,
    held = held,
    available = math.max(0, on_hand - held),
  }
end

-- How many more units are held than when the script began, all lines together; written as one sum.
local held_change = 0

local function write_held_change()
  if held_change ~= 0 then
    redis.call('INCRBY', UNITS_HELD, held_change)
  end
end

-- Writes the counters of a line that was just read, those that change; answers what is available now.
local function write_line(line, on_hand, held)
  if line.known and on_hand == line.on_hand then
    redis.call('HSET', STOCK .. line.sku, 'held:' .. line.location, held)
  elseif held == line.held then
    redis.call('HSET', STOCK .. line.sku, line.location, on_hand)
  else
    redis.call('HSET', STOCK .. line.sku, line.location, on_hand, 'held:' .. line.location, held)
  end
  held_change = held_change + held - line.held
  local before, after = line.available, math.max(0, on_hand - held)
  local level = before <= 0 and after > 0 and 'stock.back'
    or before > 0 and after <= 0 and 'stock.out'
    or before > LOW_STOCK_THRESHOLD and after <= LOW_STOCK_THRESHOLD and 'stock.low'
  if level then
    record_event(level, line.sku .. ' ' .. line.location .. ' ' .. after)
  end
  return after
end

-- States what is on hand of a line that was just read; what is held stays held. A SKU or location
-- comes into being here, and nowhere else but at the far end of a transfer. Nothing happens where
-- nothing changes.
local function set_on_hand(line, on_hand, reason, reference)
  if line.known and line.on_hand == on_hand then
    return
  end
  if not line.known then
    redis.call('ZADD', SKUS, 0, line.sku)
  end
  write_line(line, on_hand, line.held)
  local words = { line.sku, line.location, line.on_hand, on_hand, reason, reference }
  record_event('stock.adjusted', table.concat(words, ' '))
end
