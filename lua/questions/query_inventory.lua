--[[
query_inventory: every counter of several SKUs, at one instant.
OP     skus  strings, 1..100 of them
REPLY  answered  a reply of get_inventory for each SKU, in their order
COST   O(locations of all)
]]
local function query_inventory(args, now, due)
  local reply = { 'answered' }
  for _, sku in ipairs(args) do
    reply[#reply + 1] = verbs.get_inventory({ sku }, now, due)
  end
  return reply
end
