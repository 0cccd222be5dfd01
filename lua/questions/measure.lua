--[[
measure: what monitoring wants to know of the whole store.
OP     none
REPLY  measured  active holds, holds that are due and not settled, units held, SKUs,
                 parts of carts that are to ask their homes
COST   O(log(holds))
]]
local function measure(_, now)
  return {
    'measured',
    redis.call('ZCARD', HOLDS_BY_EXPIRY),
    redis.call('ZCOUNT', HOLDS_BY_EXPIRY, '-inf', now),
    tonumber(redis.call('GET', UNITS_HELD) or 0),
    redis.call('ZCARD', SKUS),
    redis.call('ZCOUNT', PARTS_BY_DUE, '-inf', now),
  }
end
