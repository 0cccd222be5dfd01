--[[
repair: sets what is held of one line to what its active holds add up to, as a verification found.
OP     sku, location   strings
       held            what the line was seen to hold, as Redis stores it
       expected        0..MAX_ON_HAND: what its active holds added up to at the same moment
       seen_at         id of the last event entry at that moment
REPLY  first match wins, in this order:
       changed               the line is not what was seen, or something has happened to it since, or so
                             much has happened since that this cannot be told: look again
       repaired   available
KEEPS  what is on hand. Comparing `held` alone would not do: a line may have been repaired already and
       come back to the same number through new holds.
COST   O(REPAIR_LOOKBACK)
]]
local function repair(args)
  local sku, location, held, seen_at = args[1], args[2], args[3], args[5]
  local expected = whole_number(args[4], 0, MAX_ON_HAND)

  local stock = read_line(sku, location)
  local since = redis.call('XRANGE', EVENTS, '(' .. seen_at, '+', 'COUNT', REPAIR_LOOKBACK)

  local function tells_of_line(words)
    for i = 2, #words, 2 do
      if string.find(' ' .. words[i] .. ' ', ' ' .. sku .. ' ' .. location .. ' ', 1, true) then
        return true
      end
    end
  end
  if tostring(stock.held) ~= held or #since == REPAIR_LOOKBACK or tells_of_line(events) then
    return { 'changed' }
  end
  for _, entry in ipairs(since) do
    if tells_of_line(entry[2]) then
      return { 'changed' }
    end
  end

  local available = write_line(stock, stock.on_hand, expected)
  record_event('stock.repaired', table.concat({ sku, location, held, expected }, ' '))
  return { 'repaired', available }
end
