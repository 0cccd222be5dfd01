--[[
settle_part: does to a part of a hold what its home says.
OP     hold_id  string
       verdict  JSON, as judge_part answers it
REPLY  first match wins, in this order:
       nothing_new   there is no such part, it has ended, or it knows of this already
       settled
KEEPS  a part ends once, as its hold did. Verdicts say how it stands, not what to do, so that one that comes
       twice, late, or after a newer one does no harm.
COST   O(lines)
]]

-- The lines of `all` without those of `less`.
local function without(all, less)
  local quantities, rest = {}, {}
  for _, line in ipairs(less) do
    quantities[line[1] .. ' ' .. line[2]] = line[3]
  end
  for _, line in ipairs(all) do
    local left = line[3] - (quantities[line[1] .. ' ' .. line[2]] or 0)
    if left > 0 then
      rest[#rest + 1] = { line[1], line[2], left }
    end
  end
  return rest
end

local function settle_part(commit, hold_id, verdict_json)
  local part, verdict = load_part(hold_id), cjson.decode(verdict_json)

  if not part then
    set_score(PARTS_BY_DUE, hold_id, false)
  end
  if not part or part.status ~= 'active' then
    return { 'nothing_new' }
  end
  local is_active = verdict.status == 'active'
  if verdict.version <= part.version then
    -- Asked before its hold fell due, which was made or extended a moment after its part was: it will ask again.
    if is_active then
      save_part(hold_id, part, commit.now + verdict.left_ms)
    end
    return { 'nothing_new' }
  end

  local held, sold = verdict.lines or {}, verdict.sold or {}
  local newly_sold = without(sold, part.sold or {})
  local returned = without(without(part.lines, newly_sold), held)
  for _, line in ipairs(newly_sold) do
    unhold(line, true)
  end
  for _, line in ipairs(returned) do
    unhold(line, false)
  end
  local goes_on = is_active and #held > 0
  part.version, part.sold = verdict.version, sold
  part.status = goes_on and 'active' or is_active and 'let_go' or verdict.status
  part.lines = goes_on and held or part.lines
  save_part(hold_id, part, goes_on and commit.now + verdict.left_ms)
  if #newly_sold + #returned > 0 then
    local words = append_lines({ hold_id }, newly_sold)
    words[#words + 1] = '/'
    record_event('part.let_go', table.concat(append_lines(words, returned), ' '))
  end
  return { 'settled' }
end
