--[[
confirm: turns a hold into a sale.
OP     hold_id  string
REPLY  first match wins, in this order:
       hold_not_found                                            never made, or ended longer ago than records are kept
       hold_released                                             its units were given back
       hold_expired                                              its time was over, settled here if no sweep had done it
       confirmed      ended_at_ms, (sku, location, quantity)+    sold, now or before; the same answer each time
KEEPS  one end per hold, and nothing confirmed at or after `expires_at_ms`.
COST   O(lines)
]]
local function confirm(args, now)
  local hold_id = args[1]

  local record = load_hold(hold_id)

  if not record then
    return { 'hold_not_found' }
  end
  if record.status == 'active' then
    end_hold(hold_id, record, is_due(record, now) and 'expired' or 'confirmed', now)
  end
  if record.status ~= 'confirmed' then
    return { 'hold_' .. record.status }
  end

  return append_lines({ 'confirmed', record.ended_at_ms }, record.lines)
end
