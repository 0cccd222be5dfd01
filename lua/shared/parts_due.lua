-- Whether parts of carts are to ask their homes now: until they have, their units may be free already.
local function parts_are_due(now)
  return redis.call('ZCOUNT', PARTS_BY_DUE, '-inf', text_of(now)) > 0
end
