-- How a hold begins and ends; what its record says is in records.lua.

-- The sorted sets besides `holds_by_expiry` that an active hold is in: of its owner, and of its reference,
-- where each owner has references of its own.
local function indexes_of(hold)
  local of = {}
  if hold.owner then
    of[1] = HOLDS_BY_OWNER .. hold.owner
  end
  if hold.reference ~= '' then
    of[#of + 1] = HOLDS_BY_REFERENCE .. (hold.owner and hold.owner .. ' ' or '') .. hold.reference
  end
  return of
end

-- Writes the record of an active hold, and where it is found. No TTL: only `end_hold` may let go of units.
local function keep_active_hold(hold_id, hold, json, due_at)
  set_text(HOLD .. hold_id, json)
  set_score(HOLDS_BY_EXPIRY, hold_id, due_at)
  if hold.owner or hold.reference ~= '' then
    for _, index in ipairs(indexes_of(hold)) do
      set_score(index, hold_id, due_at)
    end
  end
end

-- Ended records are kept for a while, for those who ask again: among them the parts in other partitions, which may
-- be out of reach for long.
local function save_ended_hold(hold_id, hold)
  set_text(HOLD .. hold_id, cjson.encode(hold), 1000 * (hold.away and ENDED_CART_SECONDS or ENDED_HOLD_SECONDS))
end

-- A text as JSON. cjson is for what may need escaping: it costs as much as all the rest of a record.
local function quoted(text)
  return string.find(text, '[^%w_.:~-]') and cjson.encode(text) or '"' .. text .. '"'
end

-- Takes what the plan says into a new hold; answers the reply of hold.lua. This is the text of most records and
-- events, so it is put together by hand, each number once.
local function make_hold(commit, hold_id, hold, plan)
  local due_at = tostring(hold.expires_at_ms)
  local words, lines = hold_id .. ' ' .. due_at .. ' ' .. hold.reference, ''
  local reply = { 'active', words }
  for i, place in ipairs(plan) do
    local quantity = tostring(place.taken)
    words = words .. ' ' .. place.name .. ' ' .. quantity
    lines = lines .. (i > 1 and ',[' or '[') .. quoted(place.sku) .. ',' .. quoted(place.location) .. ',' .. quantity .. ']'
    reply[i + 2] = change_line(place, place.on_hand, place.held + place.taken)
  end
  reply[2] = words
  local json = '{"status":"active","created_at_ms":' .. commit.now_text .. ',"expires_at_ms":' .. due_at
    .. ',"reference":' .. quoted(hold.reference) .. ',"lines":[' .. lines .. ']'
    .. (hold.owner and ',"owner":' .. quoted(hold.owner) .. '}' or '}')
  keep_active_hold(hold_id, hold, json, due_at)
  record_event('hold.created', words)
  return reply
end

-- Takes units out of what is held: sold, or given back. Answers what is available after.
local function unhold(line, sold)
  local stock, quantity = read_line(line[1], line[2]), line[3]
  return change_line(stock, stock.on_hand - (sold and quantity or 0), stock.held - quantity)
end

local function is_away(hold, line)
  return hold.away and hold.away[line[1]]
end

-- Lets go of units of a hold. Notes in each line what is available after, but for those held in other partitions,
-- which learn of it later (settle_part.lua).
local function let_go(hold, lines, sold)
  count_held(hold.owner, 0, -units_of(lines))
  for _, line in ipairs(lines) do
    if not is_away(hold, line) then
      line[4] = unhold(line, sold)
    end
  end
end

-- Tells the parts of the hold in other partitions, once they ask, that there is news.
local function mark_news(hold)
  if hold.away then
    hold.version = hold.version + 1
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
  mark_news(hold)
  save_ended_hold(hold_id, hold)
  count_held(hold.owner, -1, 0)
  set_score(HOLDS_BY_EXPIRY, hold_id, false)
  for _, index in ipairs(indexes_of(hold)) do
    set_score(index, hold_id, false)
  end
  record_event('hold.' .. status, table.concat(words, ' '))
end

-- Judged by Redis' clock, whether or not a sweep has run.
local function is_due(hold, now)
  return now >= hold.expires_at_ms
end

-- What was available once the units were back; for several lines, the sum, of those in this partition.
local function restored_stock(hold)
  local sum = 0
  for _, line in ipairs(hold.lines) do
    sum = sum + (line[4] or 0)
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
