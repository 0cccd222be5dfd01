--[[
verify_skus: the SKUs of this partition in their lexical order, for a caller that walks through all of them.
OP     after  the last SKU of the step before, '' to begin with
       limit  the most to answer
REPLY  found  sku*
COST   O(log(SKUs) + limit)
]]
local function verify_skus(args)
  local first = args[1] == '' and '-' or '(' .. args[1]
  local skus = redis.call('ZRANGE', SKUS, first, '+', 'BYLEX', 'LIMIT', 0, args[2])
  return { 'found', unpack(skus) }
end
