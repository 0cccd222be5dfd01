--[[
sell: takes units off the shelf at once, without a hold.
OP     sku, location  strings
       quantity       1..MAX_QUANTITY
REPLY  first match wins, in this order:
       sku_not_found       sku                                   never counted anywhere
       unsettled                                                 short, while due holds wait to be settled
       insufficient_stock  [sku, location, requested, available, elsewhere]   as in hold.lua
       sold                available                             what is left
KEEPS  available >= 0, and units that are held stay held.
COST   O(1)
]]
local function sell(commit, sku, location, quantity)
  local wish, plan = wish_for(sku, location, whole_number(quantity, 1, MAX_QUANTITY)), new_plan()

  local refusal = allocate_all(plan, { wish }, commit)
  if refusal then
    return refusal
  end

  return { 'sold', sell_plan(plan)[1] }
end
