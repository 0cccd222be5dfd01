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

-- Keeps count of the units in the owner's active holds.
local function count_held(owner, units)
  if is_named(owner) then
    redis.call('HINCRBY', UNITS_BY_OWNER, owner, units)
  end
end

-- The reply that refuses a hold beyond the owner's limits, or nil. `freed` is a hold that ends with it.
local function excess_of(owner, wishes, freed, backlog)
  if not is_named(owner) then
    return nil
  end
  if MAX_HOLDS_PER_OWNER > 0 then
    local active = redis.call('ZCARD', HOLDS_BY_OWNER .. owner) - (freed and 1 or 0)
    if active >= MAX_HOLDS_PER_OWNER then
      return backlog and { 'unsettled' } or { 'too_many_active_holds', MAX_HOLDS_PER_OWNER }
    end
  end
  if MAX_UNITS_PER_OWNER > 0 then
    local held = tonumber(redis.call('HGET', UNITS_BY_OWNER, owner) or 0) - (freed and units_of(freed.lines) or 0)
    if held + units_of(wishes) > MAX_UNITS_PER_OWNER then
      return backlog and { 'unsettled' } or { 'too_many_held_units', MAX_UNITS_PER_OWNER, held }
    end
  end
end
