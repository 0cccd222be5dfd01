-- What a commit may have to do once it has begun to write. Redis asks the ACL at each command and takes nothing
-- back, so a user who may do some of them only would leave a commit half done.
local NEEDED = {
  { 'GET', IDEMPOTENCY .. '?' },
  { 'SET', IDEMPOTENCY .. '?', '' },
  { 'DEL', IDEMPOTENCY .. '?' },
  { 'MSET', HOLD .. '?', '' },
  { 'HSET', STOCK .. '?', '', '' },
  { 'INCRBY', UNITS_HELD, '0' },
  { 'HSET', UNITS_BY_OWNER, '', '0' },
  { 'ZADD', HOLDS_BY_EXPIRY, '0', '' },
  { 'ZREM', HOLDS_BY_EXPIRY, '' },
  { 'XADD', EVENTS, '*', '', '' },
}
if COUNT_COMMITS then
  NEEDED[#NEEDED + 1] = { 'INCRBY', COMMITS, '1' }
end

-- The command that the user of this connection may not run, or nil. A few microseconds.
local function missing_permission()
  for _, command in ipairs(NEEDED) do
    if not redis.acl_check_cmd(unpack(command)) then
      return command[1] .. ' on ' .. command[2]
    end
  end
end
