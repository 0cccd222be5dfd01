--[[
verify_holds: some of the active holds, for a caller that walks through all of them. It meets every hold
that is active from the beginning of the walk to its end, whatever happens to its expiry meanwhile.
OP     cursor  `0` to begin with, then as the reply says
REPLY  found  next cursor (`0` at the end), last entry id, (hold_id, record (JSON) or '' where it is missing or spoilt)*
COST   O(VERIFY_PAGE)
]]
local function verify_holds(args)
  local step = redis.call('ZSCAN', HOLDS_BY_EXPIRY, args[1], 'COUNT', VERIFY_PAGE)
  local reply = { 'found', step[1], last_entry_id() }
  for i = 1, #step[2], 2 do
    reply[#reply + 1] = step[2][i]
    local json = redis.call('GET', HOLD .. step[2][i])
    reply[#reply + 1] = json and decode_hold(json) and json or ''
  end
  return reply
end
