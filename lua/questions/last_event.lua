--[[
last_event: where the event stream ends.
OP     nothing
REPLY  found  entry id, `0-0` while there is none
COST   O(1)
]]
local function last_event()
  return { 'found', last_entry_id() }
end
