--[[
list_holds: a page of the active holds, those that fall due first coming first.
OP     reference      string, '' for all holds
       limit          1..100
       after_ms       the page begins behind this hold: when it falls due,
       after_hold_id  and its id; 0 and '' for the first page
       owner          '' for anybody; else only holds of this owner
REPLY  found  [hold_id, record (JSON)]*
COST   O(log(holds) + limit)
]]

-- The rank of the first member behind (score, member): members of one score are in lexical order.
local function rank_behind(key, score, member)
  local low = redis.call('ZCOUNT', key, '-inf', '(' .. score)
  local high = redis.call('ZCOUNT', key, '-inf', score)
  while low < high do
    local middle = math.floor((low + high) / 2)
    if redis.call('ZRANGE', key, middle, middle)[1] <= member then
      low = middle + 1
    else
      high = middle
    end
  end
  return low
end

-- Where an owner's holds are indexed; those without one are found by their reference alone.
local function list_key(reference, owner)
  if reference == '' then
    return owner == '' and HOLDS_BY_EXPIRY or HOLDS_BY_OWNER .. owner
  end
  return HOLDS_BY_REFERENCE .. ((owner == '' or owner == NOBODY) and '' or owner .. ' ') .. reference
end

local function list_holds(args, now)
  local reference, limit = args[1], whole_number(args[2], 1, 100)
  local after_ms, after_hold_id = whole_number(args[3], 0, 1e14), args[4]

  local key = list_key(reference, args[5])
  -- What is due by now has expired, settled or not.
  local first = after_ms > now and rank_behind(key, args[3], after_hold_id)
    or redis.call('ZCOUNT', key, '-inf', now)
  local reply = { 'found' }
  for _, hold_id in ipairs(redis.call('ZRANGE', key, first, first + limit - 1)) do
    local record = redis.call('GET', HOLD .. hold_id)
    if record and decode_hold(record) then
      reply[#reply + 1] = { hold_id, record }
    end
  end
  return reply
end
