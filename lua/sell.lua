--[[
sell: takes units off the shelf at once, without a hold.
OP     sku, location  strings
       quantity       1..MAX_QUANTITY
REPLY  first match wins, in this order:
       sku_not_found       sku                                   never counted anywhere
       unsettled                                                 short, while due holds wait to be settled
       insufficient_stock  sku, location, requested, available
       sold                available                             what is left
KEEPS  available >= 0, and units that are held stay held.
COST   O(1)
]]
local function sell(args, _, backlog)
  local lines = parse_lines(args, 1)

  local stock = read_line(args[1], args[2])

  local refusal = refuse_lines(lines, { stock }, backlog)
  if refusal then
    return refusal
  end

  local available = write_line(stock, stock.on_hand - lines[1][3], stock.held)
  record_event('stock.sold', table.concat(append_lines({}, lines), ' '))
  return { 'sold', available }
end
