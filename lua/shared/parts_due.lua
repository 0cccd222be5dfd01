-- Whether parts of carts are to ask their homes now: until they have, their units may be free already. Asked of Redis
-- once a call.
local has_due_parts
at_begin(function()
  has_due_parts = nil
end)

local function parts_are_due(now)
  if has_due_parts == nil then
    has_due_parts = redis.call('ZCOUNT', PARTS_BY_DUE, '-inf', text_of(now)) > 0
  end
  return has_due_parts
end
