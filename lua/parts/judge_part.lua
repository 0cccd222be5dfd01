--[[
judge_part: says at its home what has become of a hold, to the part of it in another partition.
OP     hold_id    string
       partition  of the part
REPLY  judged  JSON: version, status, left_ms until it falls due, lines still held and lines sold, of that partition
KEEPS  one end per hold: where there is none, there never will be. A note says so to a commit that would make it
       and comes late, since the part gives its units back now.
COST   O(lines)
]]

local LAST_VERSION = 1000000000

-- Lists that are empty are left out: cjson would write them as objects.
local function lines_of(partition, hold, lines)
  local found = {}
  for _, line in ipairs(lines) do
    if hold.away[line[1]] == partition then
      found[#found + 1] = { line[1], line[2], line[3] }
    end
  end
  return #found > 0 and found or nil
end

local function judge_part(commit, hold_id, partition_text)
  local hold, partition = load_hold(hold_id), tonumber(partition_text)

  if not hold then
    set_text(HOLD .. hold_id, '{"status":"given_up"}', 1000 * ENDED_HOLD_SECONDS)
    return { 'judged', cjson.encode({ version = LAST_VERSION, status = 'given_up', left_ms = 0 }) }
  end
  if hold.status == 'active' and is_due(hold, commit.now) then
    end_hold(hold_id, hold, 'expired', commit.now)
  end

  local is_active = hold.status == 'active'
  return { 'judged', cjson.encode({
    version = hold.version,
    status = hold.status,
    left_ms = math.max(0, hold.expires_at_ms - commit.now),
    lines = is_active and lines_of(partition, hold, hold.lines) or nil,
    sold = lines_of(partition, hold, sold_lines(hold)),
  }) }
end
