--[[
unclaim: gives up the claim of an attempt that has decided nothing, so that its key is free again.
OP     key      string, with its owner
       attempt  as it claimed the key
REPLY  unclaimed  whether or not there was something to forget
KEEPS  the claim of any other attempt, which may be at work now.
COST   O(1)
]]
local function unclaim(_, key, attempt)
  local record = load_outcome(key)
  if record and record.attempt == attempt then
    set_text(IDEMPOTENCY .. key, false)
  end
  return { 'unclaimed' }
end
