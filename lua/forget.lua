--[[
forget: gives up the claim of an attempt that has decided nothing, so that its key is free again.
OP     key      string, with its owner
       attempt  as it claimed the key
REPLY  forgotten  whether or not there was something to forget
KEEPS  the claim of any other attempt, which may be at work now.
COST   O(1)
]]
local function forget(args)
  local record = load_outcome(args[1])
  if record and record.attempt == args[2] then
    redis.call('DEL', IDEMPOTENCY .. args[1])
  end
  return { 'forgotten' }
end
