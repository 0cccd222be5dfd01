--[[
adjust: states a fact about what is on hand of one line. What is held stays held, even where less is left.
OP     sku, location  strings; both may come into being here, by 'count' or 'add'
       change, units  'add' or 'take' 1..MAX_QUANTITY, or 'count' 0..MAX_ON_HAND: what there is now
       reason         a word
       reference      a word, '' for none
       expected       what must be on hand before, -MAX_ON_HAND..MAX_ON_HAND; '' for whatever it is
REPLY  first match wins, in this order:
       sku_not_found                             units to take, of a SKU never counted anywhere
       stale_quantity          on_hand           other than expected
       insufficient_stock      available         fewer than the units to take, held ones included; 0 where some are owed
       on_hand_limit_exceeded  on_hand           with the units to add there would be more than MAX_ON_HAND
       adjusted                on_hand, held     a backlog of due holds counts as held until it is settled
KEEPS  held counters: units of a hold may be damaged, but it does not end by that. On hand is below 0 only
       where a hold was confirmed whose units a count had not found: they are owed, and come out of what is
       received next. Never below -MAX_ON_HAND: no more can be held when a count finds nothing.
COST   O(1)
]]
local function adjust(_, sku, location, change, units, reason, reference, expected)
  local counting = change == 'count'
  units = whole_number(units, counting and 0 or 1, counting and MAX_ON_HAND or MAX_QUANTITY)
  expected = expected ~= '' and signed_number(expected, MAX_ON_HAND)

  local stock = read_line(sku, location)
  local on_hand = counting and units
    or change == 'add' and stock.on_hand + units
    or change == 'take' and stock.on_hand - units
    or error('no such change: ' .. change)

  if change == 'take' and not stock.known and not is_known_sku(sku) then
    return { 'sku_not_found' }
  end
  if expected and expected ~= stock.on_hand then
    return { 'stale_quantity', stock.on_hand }
  end
  if change == 'take' and on_hand < 0 then
    return { 'insufficient_stock', math.max(0, stock.on_hand) }
  end
  if on_hand > MAX_ON_HAND then
    return { 'on_hand_limit_exceeded', stock.on_hand }
  end

  set_on_hand(stock, on_hand, reason, reference)
  return { 'adjusted', on_hand, stock.held }
end
