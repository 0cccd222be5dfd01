--[[
transfer: moves units of one SKU from one location to another.
OP     sku, from, to  strings; from and to differ, and `to` may come into being here
       quantity       1..MAX_QUANTITY
REPLY  first match wins, in this order:
       sku_not_found           sku                                     never counted anywhere
       unsettled                                                       short, while due holds wait to be settled
       insufficient_stock      as in hold.lua, at `from`: units that are held do not move
       on_hand_limit_exceeded  on_hand                                 there would be more than MAX_ON_HAND at `to`
       transferred             available at from, available at to      what there is now
KEEPS  available >= 0 at `from`, and the sum of both: both are checked before either is written.
COST   O(1)
]]
local function transfer(commit, sku, from, to, quantity)
  quantity = whole_number(quantity, 1, MAX_QUANTITY)
  if from == to then
    error('no transfer: from and to are both ' .. from)
  end

  local plan, target = new_plan(), read_line(sku, to)

  local refusal = allocate_all(plan, { wish_for(sku, from, quantity) }, commit)
  if refusal then
    return refusal
  end
  if target.on_hand + quantity > MAX_ON_HAND then
    return { 'on_hand_limit_exceeded', target.on_hand }
  end

  local source = plan[1]
  local left = change_line(source, source.on_hand - quantity, source.held)
  local arrived = change_line(target, target.on_hand + quantity, target.held)
  record_event('stock.transferred', table.concat({ sku, from, to, quantity }, ' '))
  return { 'transferred', left, arrived }
end
