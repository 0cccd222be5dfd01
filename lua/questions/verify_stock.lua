--[[
verify_stock: the counters of some SKUs as they are stored, and up to which commit that is.
OP     skus   strings
REPLY  found  last entry id, [field, value, ...] per SKU
COST   O(SKUs * locations)
]]
local function verify_stock(args)
  local reply = { 'found', last_entry_id() }
  for _, sku in ipairs(args) do
    reply[#reply + 1] = redis.call('HGETALL', STOCK .. sku)
  end
  return reply
end
