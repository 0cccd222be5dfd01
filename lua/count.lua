--[[
count: states what is on hand of one SKU, as somebody counted it. What is held stays held.
OP     sku     string; new SKUs and locations come into being here
       counts  location, on_hand 0..MAX_ON_HAND; one or more
REPLY  counted
KEEPS  held counters: a count says nothing about them.
COST   O(locations)
]]
local function count(args)
  local sku, counts = args[1], {}
  for i = 2, #args, 2 do
    counts[#counts + 1] = { args[i], whole_number(args[i + 1], 0, MAX_ON_HAND) }
  end

  for _, entry in ipairs(counts) do
    set_on_hand(read_line(sku, entry[1]), entry[2], 'cycle_count', '')
  end
  return { 'counted' }
end
