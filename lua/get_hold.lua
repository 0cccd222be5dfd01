--[[
get_hold: the record of one hold.
OP     hold_id  string
REPLY  first match wins, in this order:
       hold_not_found
       found           record (JSON), now_ms   an active record that is due by now_ms has expired
COST   O(1)
]]
local function get_hold(args, now)
  local record = redis.call('GET', HOLD .. args[1])
  if not record then
    return { 'hold_not_found' }
  end
  return { 'found', record, now }
end
