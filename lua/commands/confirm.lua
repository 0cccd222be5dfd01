--[[
confirm: turns a hold, or a part of it, into a sale.
OP     hold_id     string
       remainder   `release` or `keep`: what becomes of the rest when only a part is sold
       on_expired  `refuse`, or `reacquire`: take the units again, if they are still there
       lines       sku, location, quantity 1..MAX_ON_HAND: the part to sell; none for all of it
REPLY  first match wins, in this order:
       hold_not_found                                  never made, another owner's, or ended longer ago than records are kept
       hold_released                                   its units were given back
       confirmed              at_ms, [sold], [returned]   it has been sold before; the same answer each time
       hold_expired                                    its time was over, settled here if no sweep had done it
       exceeds_held_quantity  sku, location, requested, held   the first line that asks for more than is held
       unsettled, insufficient_stock                   as in hold.lua: what is to be taken again is not all there
       confirmed              at_ms, [sold], [returned]   sold; the hold has ended, or was sold after it had
       partly_confirmed       at_ms, [sold], [remaining]  sold; the rest is still held
       where a list is of [sku, location, quantity], and `sold` counts earlier confirmations of a part
       and a cart over partitions is not taken again: its units would have to be taken in several places
KEEPS  one end per hold, and nothing of a hold is sold at or after `expires_at`: an expired hold stays
       expired, and what is reacquired is taken from what is available.
COST   O(lines)
]]

-- The lines to sell and those that stay, or a reply that refuses a line that asks for too much.
local function part_of(held, part)
  if #part == 0 then
    return held, {}
  end
  local held_at, wanted, sold, rest = {}, {}, {}, {}
  for _, line in ipairs(held) do
    held_at[line[1] .. ' ' .. line[2]] = line[3]
  end
  for _, line in ipairs(part) do
    local name = line[1] .. ' ' .. line[2]
    if line[3] > (held_at[name] or 0) then
      return nil, nil, { 'exceeds_held_quantity', line[1], line[2], line[3], held_at[name] or 0 }
    end
    wanted[name] = line[3]
  end
  for _, line in ipairs(held) do
    local want = wanted[line[1] .. ' ' .. line[2]] or 0
    if want > 0 then
      sold[#sold + 1] = { line[1], line[2], want }
    end
    if line[3] > want then
      rest[#rest + 1] = { line[1], line[2], line[3] - want }
    end
  end
  return sold, rest
end

-- Sells units that an expired hold has given back, from what is available now.
local function reacquire(hold_id, record, sold, commit)
  local plan, wishes = new_plan(), {}
  for i, line in ipairs(sold) do
    wishes[i] = wish_for(unpack(line, 1, 3))
  end
  local refusal = allocate_all(plan, wishes, commit)
  if refusal then
    return refusal
  end
  sell_plan(plan)
  record.sold = add_lines(record.sold or {}, sold)
  record.reacquired_at_ms = commit.now
  save_ended_hold(hold_id, record)
  return { 'confirmed', commit.now, record.sold, {} }
end

local function confirm(commit, hold_id, remainder, on_expired, ...)
  local now, part = commit.now, parse_lines(...)

  local record = load_hold(hold_id, commit.owner)

  if not record then
    return { 'hold_not_found' }
  end
  if record.status == 'active' and is_due(record, now) then
    end_hold(hold_id, record, 'expired', now)
  end
  if is_sold(record) then
    return { 'confirmed', record.reacquired_at_ms or record.ended_at_ms, sold_lines(record), record.returned or {} }
  end
  local may_reacquire = on_expired == 'reacquire' and not record.away
  if record.status == 'released' or record.status == 'expired' and not may_reacquire then
    return { 'hold_' .. record.status }
  end
  local sold, rest, refusal = part_of(record.lines, part)
  if refusal then
    return refusal
  end

  if record.status == 'expired' then
    return reacquire(hold_id, record, sold, commit)
  end
  if #rest > 0 and remainder == 'keep' then
    let_go(record, sold, true)
    record.lines, record.sold = rest, add_lines(record.sold or {}, sold)
    mark_news(record)
    save_active_hold(hold_id, record)
    record_event('hold.confirmed', table.concat(append_lines({ hold_id, record.reference }, sold), ' '))
    return { 'partly_confirmed', now, record.sold, rest }
  end
  record.lines, record.returned = sold, #rest > 0 and rest or nil
  end_hold(hold_id, record, 'confirmed', now)
  return { 'confirmed', now, sold_lines(record), record.returned or {} }
end
