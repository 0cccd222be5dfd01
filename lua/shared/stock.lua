-- A stock line is one SKU at one location: two fields of `stock:{sku}`, what is on hand under the
-- location's own name and what active holds have taken under `held:` before it. What is available is
-- never stored, so it cannot disagree with them: on hand minus held, and 0 when a count found less
-- than is held.
-- A commit reads each line once, changes it here, where all its operations see it, and writes it when it ends.
local shelves, wholly_read -- SKU -> location -> line; SKU -> whether all its locations are there
local changed -- the lines to write, each once
local oversold -- a line of which more was promised than there is, by this commit
at_begin(function()
  shelves, wholly_read, changed, oversold = {}, {}, {}, nil
end)

local function shelf_of(sku)
  local shelf = shelves[sku] or {}
  shelves[sku] = shelf
  return shelf
end

-- `known` is false where the SKU has never been counted at that location.
local function put_on_shelf(shelf, sku, location, on_hand_text, held_text)
  local on_hand, held = tonumber(on_hand_text) or 0, tonumber(held_text) or 0
  local line = {
    sku = sku,
    location = location,
    name = sku .. ' ' .. location,
    known = on_hand_text and true or false,
    on_hand = on_hand,
    held = held,
    available = on_hand > held and on_hand - held or 0,
    stored_on_hand = on_hand_text and on_hand,
    stored_held = held,
  }
  shelf[location] = line
  return line
end

local function read_line(sku, location)
  local shelf = shelf_of(sku)
  local line = shelf[location]
  if line then
    return line
  end
  local counters = redis.call('HMGET', STOCK .. sku, location, 'held:' .. location)
  return put_on_shelf(shelf, sku, location, counters[1], counters[2])
end

-- Every line where the SKU was ever counted, in no order.
local function read_lines(sku)
  local shelf = shelf_of(sku)
  if not wholly_read[sku] then
    wholly_read[sku] = true
    local fields, counters = redis.call('HGETALL', STOCK .. sku), {}
    for i = 1, #fields, 2 do
      counters[fields[i]] = fields[i + 1]
    end
    for field, text in pairs(counters) do
      if string.sub(field, 1, 5) ~= 'held:' and not shelf[field] then
        put_on_shelf(shelf, sku, field, text, counters['held:' .. field])
      end
    end
  end
  local lines = {}
  for _, line in pairs(shelf) do
    lines[#lines + 1] = line.known and line or nil
  end
  return lines
end

-- Whether it has been counted anywhere.
local function is_known_sku(sku)
  return #read_lines(sku) > 0
end

-- Changes the counters of a line; answers what is available now. Only a fact (a count, a repair) may leave more
-- units held than are there, or more of them than it found: a promise that does is a bug of ours.
local function change_line(line, on_hand, held, is_fact)
  if held > on_hand and held - on_hand > line.held - line.on_hand and not is_fact then
    oversold = line
  end
  if not line.changed then
    line.changed = true
    changed[#changed + 1] = line
  end
  local before, after = line.available, on_hand > held and on_hand - held or 0
  line.known, line.on_hand, line.held, line.available = true, on_hand, held, after
  local level = before <= 0 and after > 0 and 'stock.back'
    or before > 0 and after <= 0 and 'stock.out'
    or before > LOW_STOCK_THRESHOLD and after <= LOW_STOCK_THRESHOLD and 'stock.low'
  if level then
    record_event(level, line.name .. ' ' .. after)
  end
  return after
end

-- Writes the counters that have changed, and how many more units are held in all. The last guard against overselling,
-- whatever the plans have decided: answers an error, and has written nothing, where a line is oversold.
local function write_stock()
  if oversold then
    return redis.error_reply('OVERSOLD ' .. oversold.name .. ': ' .. oversold.held .. ' would be held of '
      .. oversold.on_hand)
  end
  local fields_of, held_change = {}, 0
  for _, line in ipairs(changed) do
    local fields = fields_of[line.sku] or {}
    fields_of[line.sku] = fields
    if line.on_hand ~= line.stored_on_hand then
      fields[#fields + 1] = line.location
      fields[#fields + 1] = text_of(line.on_hand)
    end
    if line.held ~= line.stored_held then
      fields[#fields + 1] = 'held:' .. line.location
      fields[#fields + 1] = text_of(line.held)
    end
    held_change = held_change + line.held - line.stored_held
  end
  for sku, fields in pairs(fields_of) do
    if #fields > 0 then
      redis.call('HSET', STOCK .. sku, unpack(fields))
    end
  end
  if held_change ~= 0 then
    redis.call('INCRBY', UNITS_HELD, text_of(held_change))
  end
end

-- States what is on hand of a line; what is held stays held. A SKU or location comes into being here, and
-- nowhere else but at the far end of a transfer. Nothing happens where nothing changes.
local function set_on_hand(line, on_hand, reason, reference)
  local before = line.on_hand
  if line.known and before == on_hand then
    return
  end
  if not line.known then
    set_score(SKUS, line.sku, 0)
  end
  change_line(line, on_hand, line.held, true)
  local words = { line.name, before, on_hand, reason, reference }
  record_event('stock.adjusted', table.concat(words, ' '))
end
