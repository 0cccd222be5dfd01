--[[
get_inventory: every counter of one SKU.
OP     sku  string
REPLY  first match wins, in this order:
       sku_not_found
       found          [field, value, ...], [location, units, ...]   the hash, and what is due but not settled
COST   O(locations)
]]
local function get_inventory(args, _, due)
  local counters = redis.call('HGETALL', STOCK .. args[1])
  if #counters == 0 then
    return { 'sku_not_found' }
  end
  return { 'found', counters, due[args[1]] or {} }
end
