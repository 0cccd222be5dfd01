--[[
hold: takes units out of what is available, for a limited time.
OP     hold_id      string, new
       ttl_seconds  1..MAX_TTL_SECONDS
       lines        sku, location, quantity 1..MAX_QUANTITY; 1..50 of them, no line twice
REPLY  first match wins, in this order:
       sku_not_found       sku                                      the first SKU never counted anywhere
       unsettled                                                    short, while due holds wait to be settled
       insufficient_stock  (sku, location, requested, available)+   every line that is short
       active              hold_id, expires_at_ms, available+       held; what is left of each line
KEEPS  available >= 0: every line is checked before the first is written.
COST   O(lines)
]]
local function hold(args, now, backlog)
  local hold_id, ttl_seconds = args[1], whole_number(args[2], 1, MAX_TTL_SECONDS)
  local expires_at_ms = now + 1000 * ttl_seconds
  local lines = parse_lines(args, 3)

  local stock = {}
  for i, line in ipairs(lines) do
    stock[i] = read_line(line[1], line[2])
  end

  local refusal = refuse_lines(lines, stock, backlog)
  if refusal then
    return refusal
  end

  local reply = { 'active', hold_id, expires_at_ms }
  for i, line in ipairs(lines) do
    reply[#reply + 1] = write_line(stock[i], stock[i].on_hand, stock[i].held + line[3])
  end
  save_active_hold(hold_id, {
    status = 'active',
    created_at_ms = now,
    expires_at_ms = expires_at_ms,
    lines = lines,
  })
  record_event('hold.created', table.concat(append_lines({ hold_id, expires_at_ms }, lines), ' '))
  return reply
end
