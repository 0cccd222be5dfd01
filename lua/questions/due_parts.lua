--[[
due_parts: the parts of carts that are to ask their homes now, those that fell due first coming first.
OP     limit  the most to answer
REPLY  found  hold_id*
COST   O(log(parts) + limit)
]]
local function due_parts(args, now)
  return { 'found', unpack(redis.call('ZRANGEBYSCORE', PARTS_BY_DUE, '-inf', now, 'LIMIT', 0, args[1])) }
end
