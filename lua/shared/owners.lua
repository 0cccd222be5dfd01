-- What the owners of holds may have at once. An owner is the name of an API key; without keys nobody owns
-- anything, and nothing is counted or limited.

local function units_of(lines)
  local sum = 0
  for _, line in ipairs(lines) do
    sum = sum + (line.quantity or line[3])
  end
  return sum
end

local function is_named(owner)
  return owner and owner ~= '' and owner ~= NOBODY
end

-- name -> active holds and the units in them: read once, before anything of theirs changes, and written when the
-- commit ends.
local owners
at_begin(function()
  owners = {}
end)

local function account_of(name)
  local account = owners[name]
  if not account then
    account = {
      holds = MAX_HOLDS_PER_OWNER > 0 and redis.call('ZCARD', HOLDS_BY_OWNER .. name) or 0,
      units = tonumber(redis.call('HGET', UNITS_BY_OWNER, name) or 0),
    }
    owners[name] = account
  end
  return account
end

-- Keeps count of the owner's active holds, and of the units in them.
local function count_held(owner, holds, units)
  if is_named(owner) then
    local account = account_of(owner)
    account.holds, account.units = account.holds + holds, account.units + units
  end
end

local function write_owners()
  for name, account in pairs(owners) do
    redis.call('HSET', UNITS_BY_OWNER, name, account.units)
  end
end

-- The reply that refuses a hold beyond the owner's limits, or nil. `freed` is a hold that ends with it.
local function excess_of(owner, units, freed, backlog)
  if not is_named(owner) then
    return nil
  end
  local account = account_of(owner)
  if MAX_HOLDS_PER_OWNER > 0 and account.holds - (freed and 1 or 0) >= MAX_HOLDS_PER_OWNER then
    return backlog and { 'unsettled' } or { 'too_many_active_holds', MAX_HOLDS_PER_OWNER }
  end
  if MAX_UNITS_PER_OWNER > 0 then
    local held = account.units - (freed and units_of(freed.lines) or 0)
    if held + units > MAX_UNITS_PER_OWNER then
      return backlog and { 'unsettled' } or { 'too_many_held_units', MAX_UNITS_PER_OWNER, held }
    end
  end
end
