--[[
get_hold: the record of one hold.
OP     hold_id  string
       owner    '' for anybody
REPLY  first match wins, in this order:
       hold_not_found                          never made, another owner's, spoilt or forgotten
       found           record (JSON), now_ms   an active record that is due by now_ms has expired
COST   O(1)
]]
local function get_hold(args, now)
  local hold_id, owner = args[1], args[2]
  if not load_hold(hold_id, owner) then
    return { 'hold_not_found' }
  end
  return { 'found', get_text(HOLD .. hold_id), now }
end
