--[[
verify_parts: some of the parts that are held here for carts of other partitions; as verify_holds otherwise.
OP     cursor  `0` to begin with, then as the reply says
REPLY  found  next cursor (`0` at the end), last entry id, (hold_id, record (JSON) or '' where it is missing)*
COST   O(VERIFY_PAGE)
]]
local function verify_parts(args)
  local step = redis.call('ZSCAN', PARTS_BY_DUE, args[1], 'COUNT', VERIFY_PAGE)
  local reply = { 'found', step[1], last_entry_id() }
  for i = 1, #step[2], 2 do
    reply[#reply + 1] = step[2][i]
    reply[#reply + 1] = redis.call('GET', PART .. step[2][i]) or ''
  end
  return reply
end
