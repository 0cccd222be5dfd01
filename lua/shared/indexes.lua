-- Sorted sets that find things: gathered while the commit runs, and written when it ends. What is put in or
-- taken out last counts.
local indexes -- key -> member -> score, or false for what leaves
at_begin(function()
  indexes = {}
end)

local function set_score(key, member, score)
  local members = indexes[key]
  if not members then
    members = {}
    indexes[key] = members
  end
  members[member] = score
end

local function write_indexes()
  for key, members in pairs(indexes) do
    local put, count, taken = {}, 0, {}
    for member, score in pairs(members) do
      if score then
        put[count + 1] = score
        put[count + 2] = member
        count = count + 2
      else
        taken[#taken + 1] = member
      end
    end
    if count > 0 then
      redis.call('ZADD', key, unpack(put))
    end
    if #taken > 0 then
      redis.call('ZREM', key, unpack(taken))
    end
  end
end
