--[[
look_back: does nothing, so that the commit answers what the operation's key has done before, if anything.
OP     none
REPLY  nothing_yet
COST   O(1)
]]
local function look_back()
  return { 'nothing_yet' }
end
