--[[
release: gives the units of a hold back before its time is over.
OP     hold_id  string
REPLY  first match wins, in this order:
       hold_not_found                   never made, another owner's, or ended longer ago than records are kept
       hold_confirmed                   its units are sold
       expired         restored_stock   its time was over, settled here if no sweep had done it
       released        restored_stock   now or before; the same answer each time
KEEPS  one end per hold.
COST   O(lines)
]]
local function release(commit, hold_id)
  local record = load_hold(hold_id, commit.owner)

  if not record then
    return { 'hold_not_found' }
  end
  if is_sold(record) then
    return { 'hold_confirmed' }
  end

  if record.status == 'active' then
    give_back(hold_id, record, commit.now)
  end
  return { record.status, restored_stock(record) }
end
