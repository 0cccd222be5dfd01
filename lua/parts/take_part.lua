--[[
take_part: takes those units of a cart that are in this partition, before the hold is made in another, its home.
OP     hold_id      string, new here
       ttl_seconds  1..MAX_TTL_SECONDS, of the hold
       takes        1, or 0 where the cart is refused already: then nothing is taken
       wishes       as in hold.lua
REPLY  first match wins, in this order:
       sku_not_found, unsettled, insufficient_stock   as in hold.lua
       not_taken                                      they would fit
       taken   [sku, location, quantity, available]+
KEEPS  available >= 0. A part falls due no later than its hold, and then asks home what has become of it
       (judge_part.lua): so whoever stops half-way leaves units that come back all the same.
COST   O(wishes)
]]
local function take_part(commit, hold_id, ttl_seconds, takes, ...)
  local due_at_ms = commit.now + 1000 * whole_number(ttl_seconds, 1, MAX_TTL_SECONDS)
  local wishes, plan = parse_wishes(...), new_plan()
  if get_text(PART .. hold_id) then
    error('there is such a part: ' .. hold_id)
  end

  local refusal = allocate_all(plan, wishes, commit)
  if refusal or takes == '0' then
    return refusal or { 'not_taken' }
  end

  local reply, lines = { 'taken' }, {}
  for i, place in ipairs(plan) do
    lines[i] = { place.sku, place.location, place.taken }
    reply[i + 1] = { place.sku, place.location, place.taken, change_line(place, place.on_hand, place.held + place.taken) }
  end
  save_part(hold_id, { version = 0, status = 'active', lines = lines }, due_at_ms)
  record_event('part.taken', table.concat(append_lines({ hold_id }, lines), ' '))
  return reply
end
