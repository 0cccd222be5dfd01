-- What a commit may have to do once it has begun to write. Redis asks the ACL at each command and takes nothing
-- back, so a user who may do some of them only would leave a commit half done.

-- The command that the user of this connection may not run, or nil. A few microseconds.
local function missing_permission()
  local may = redis.acl_check_cmd
  return not may('GET', IDEMPOTENCY .. '?') and 'GET' or not may('SET', IDEMPOTENCY .. '?', '') and 'SET'
    or not may('DEL', IDEMPOTENCY .. '?') and 'DEL' or not may('MSET', HOLD .. '?', '') and 'MSET'
    or not may('HSET', STOCK .. '?', '', '') and 'HSET' or not may('HSET', UNITS_BY_OWNER, '', '0') and 'HSET'
    or not may('INCRBY', UNITS_HELD, '0') and 'INCRBY' or COUNT_COMMITS and not may('INCRBY', COMMITS, '1') and 'INCRBY'
    or not may('ZADD', HOLDS_BY_EXPIRY, '0', '') and 'ZADD' or not may('ZREM', HOLDS_BY_EXPIRY, '') and 'ZREM'
    or not may('XADD', EVENTS, '*', '', '') and 'XADD' or nil
end
