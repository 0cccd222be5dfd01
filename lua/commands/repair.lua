--[[
repair: takes out of what is held of one line what a verification found to be too much, or puts in what is
missing.
OP     sku, location   strings
       drift           whole number, also below 0: units held beyond those of the active holds
       seen_at         id of the last event entry when that was so
REPLY  first match wins, in this order:
       changed    the line has been repaired since, or so much has happened since that this cannot be
                  told, or it holds less than `drift`: look again
       repaired   held_before, held_after
KEEPS  what is on hand, and the units of every active hold. Nothing but a repair changes a drift: all other
       verbs change `held` and the holds by the same units. So what was found at `seen_at` is still
       true if no repair has come between, however busy the line is.
COST   O(REPAIR_LOOKBACK)
]]
local function repair(_, sku, location, drift, seen_at)
  drift = signed_number(drift, MAX_ON_HAND)

  local stock = read_line(sku, location)
  local since = redis.call('XRANGE', EVENTS, '(' .. seen_at, '+', 'COUNT', REPAIR_LOOKBACK)

  local function tells_of_repair(words)
    for i = 1, #words, 2 do
      if words[i] == 'stock.repaired' and string.find(words[i + 1], stock.name .. ' ', 1, true) == 1 then
        return true
      end
    end
  end
  if stock.held < drift or #since == REPAIR_LOOKBACK or tells_of_repair(events) then
    return { 'changed' }
  end
  for _, entry in ipairs(since) do
    if tells_of_repair(entry[2]) then
      return { 'changed' }
    end
  end

  local before, after = stock.held, stock.held - drift
  change_line(stock, stock.on_hand, after, true)
  record_event('stock.repaired', table.concat({ stock.name, before, after }, ' '))
  return { 'repaired', before, after }
end
