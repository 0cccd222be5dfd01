-- How a hold begins and ends; what its record says is in records.lua.

-- The sorted sets besides `holds_by_expiry` that an active hold is in: of its owner, and of its reference,
-- where each owner has references of its own. `due_at` is when it falls due, or false where it leaves them.
local function index_hold(hold_id, due_at, owner, reference)
  set_score(HOLDS_BY_EXPIRY, hold_id, due_at)
  if owner then
    set_score(HOLDS_BY_OWNER .. owner, hold_id, due_at)
  end
  if reference ~= '' then
    set_score(HOLDS_BY_REFERENCE .. (owner and owner .. ' ' or '') .. reference, hold_id, due_at)
  end
end

-- Writes the record of an active hold. No TTL: only `end_hold` may let go of units.
local function keep_active_hold(hold_id, json, due_at, owner, reference)
  set_text(HOLD .. hold_id, json)
  index_hold(hold_id, due_at, owner, reference)
end

-- The same for one that was changed.
local function save_active_hold(hold_id, hold)
  keep_active_hold(hold_id, cjson.encode(hold), hold.expires_at_ms, hold.owner, hold.reference)
end

-- Ended records are kept for a while, for those who ask again: among them the parts in other partitions, which may
-- be out of reach for long.
local function save_ended_hold(hold_id, hold)
  set_text(HOLD .. hold_id, cjson.encode(hold), 1000 * (hold.away and ENDED_CART_SECONDS or ENDED_HOLD_SECONDS))
end

-- A text as JSON; cjson for what may need escaping.
local function quoted(text)
  return string.find(text, '[^%w_.:~-]') and cjson.encode(text) or '"' .. text .. '"'
end

-- Holds units of a line. Answers them as words and as JSON, each once, and what is available now.
local function take_units(line, units)
  local quantity = text_of(units)
  line.json = line.json or '[' .. quoted(line.sku) .. ',' .. quoted(line.location) .. ','
  local words, json = line.name .. ' ' .. quantity, line.json .. quantity .. ']'
  return words, json, change_line(line, line.on_hand, line.held + units)
end

-- Writes a new hold of lines that have been taken, given as words and as JSON; answers the words of its event.
-- These are the texts that a busy store writes most, so they are put together by hand.
local function begin_hold(commit, hold_id, expires_at_ms, reference, line_words, lines_json)
  local due_at, owner = text_of(expires_at_ms), is_named(commit.owner) and commit.owner or nil
  local json = '{"status":"active","created_at_ms":' .. commit.now_text .. ',"expires_at_ms":' .. due_at
    .. ',"reference":' .. (reference == '' and '""' or quoted(reference)) .. ',"lines":[' .. lines_json .. ']'
    .. (owner and ',"owner":' .. quoted(owner) .. '}' or '}')
  local words = hold_id .. ' ' .. due_at .. ' ' .. reference .. ' ' .. line_words
  keep_active_hold(hold_id, json, due_at, owner, reference)
  record_event('hold.created', words)
  return words
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
  -- One that expired was over when it fell due, whenever it was settled.
  hold.status, hold.ended_at_ms = status, status == 'expired' and hold.expires_at_ms or now
  mark_news(hold)
  save_ended_hold(hold_id, hold)
  count_held(hold.owner, -1, 0)
  index_hold(hold_id, false, hold.owner, hold.reference)
  record_event('hold.' .. status, table.concat(words, ' '))
end

-- Whether its units are gone for good.
local function is_sold(hold)
  return hold.status == 'confirmed' or hold.reacquired_at_ms ~= nil
end

-- The hold that a new one takes the place of, as far as it has units to give back, or a reply that refuses it. One that
-- has ended already is no reason to refuse: its units are free.
local function hold_to_replace(replaces, owner)
  local hold = replaces ~= '' and load_hold(replaces, owner)
  if replaces ~= '' and not hold then
    return nil, { 'hold_not_found' }
  end
  if hold and is_sold(hold) then
    return nil, { 'hold_confirmed' }
  end
  return hold and hold.status == 'active' and hold or nil
end

-- Reads the options of a new hold: '' for none, or its reference, a space, and the hold that it replaces.
local function read_options(options)
  if options == '' then
    return '', ''
  end
  return string.match(options, '^(%S*) (%S*)$')
end

-- Judged by Redis' clock, whether or not a sweep has run.
local function is_due(hold, now)
  return now >= hold.expires_at_ms
end

-- Ends an active hold that nobody wants any more.
local function give_back(hold_id, hold, now)
  end_hold(hold_id, hold, is_due(hold, now) and 'expired' or 'released', now)
end

-- What was available once the units were back; for several lines, the sum, of those in this partition.
local function restored_stock(hold)
  local sum = 0
  for _, line in ipairs(hold.lines) do
    sum = sum + (line[4] or 0)
  end
  return sum
end

local function sold_lines(hold)
  return add_lines(hold.sold or {}, hold.status == 'confirmed' and hold.lines or {})
end
