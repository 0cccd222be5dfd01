--[[
count: states what is on hand of one SKU, as somebody counted it. What is held stays held.
OP     sku     string; new SKUs and locations come into being here
       counts  location, on_hand 0..MAX_ON_HAND; one or more
REPLY  counted
KEEPS  held counters: a count says nothing about them.
COST   O(locations)
]]
local function count(_, sku, ...)
  local counts, lines, on_hand = { ... }, {}, {}
  for i = 1, #counts, 2 do
    on_hand[#on_hand + 1] = whole_number(counts[i + 1], 0, MAX_ON_HAND)
    lines[#lines + 1] = read_line(sku, counts[i])
  end

  for i, line in ipairs(lines) do
    set_on_hand(line, on_hand[i], 'cycle_count', '')
  end
  return { 'counted' }
end
