--[[
hold: takes units out of what is available, for a limited time.
OP     hold_id      string, new
       ttl_seconds  1..MAX_TTL_SECONDS
       options      '' for none, or: reference, space, hold_id whose units are given back in the same step; each
                    may be ''
       wishes       sku, location or `any`, quantity 1..MAX_ON_HAND, choice ('' or as plan.lua reads it)
REPLY  first match wins, in this order:
       hold_not_found                                the hold to replace was never made, or is another owner's
       hold_confirmed                                the hold to replace is sold
       unsettled                                     over a limit of the owner, while due holds wait to be settled
       too_many_active_holds  limit                  the owner has as many as it may
       too_many_held_units    limit, held            these would be more than the owner may hold
       sku_not_found       sku                       the first SKU never counted anywhere
       unsettled                                     short, while due holds wait to be settled
       insufficient_stock  [sku, location, requested, available, elsewhere]+
                                                     every wish that is short; `elsewhere` is location, units, ...
       active              words, available+         held: the words of `hold.created`, which say what was taken
                                                     where, and what is left in each of those places
KEEPS  available >= 0, all wishes or none: everything is planned before the first write. No more than MAX_QUANTITY
       of a SKU at a place, since no line of a request could name it.
COST   O(wishes), and O(locations of the SKU) for `any`
]]
-- Holds what a plan says, a line at a time.
local function hold_plan(commit, plan, hold_id, expires_at_ms, reference)
  local reply, all_words, all_json = { 'active', '' }, {}, {}
  for i, place in ipairs(plan) do
    all_words[i], all_json[i], reply[i + 2] = take_units(place, place.taken)
  end
  local words, json = table.concat(all_words, ' '), table.concat(all_json, ',')
  reply[2] = begin_hold(commit, hold_id, expires_at_ms, reference, words, json)
  return reply
end

local function hold(commit, hold_id, ttl_seconds, options, sku, location, quantity, choice, ...)
  local now, owner = commit.now, commit.owner
  local expires_at_ms = now + 1000 * whole_number(ttl_seconds, 1, MAX_TTL_SECONDS)
  local reference, replaces = read_options(options)

  -- Nearly every hold is of one line in a named place, which is there: it needs no plan.
  if replaces == '' and choice == '' and location ~= 'any' and not ... then
    local units, line = whole_number(quantity, 1, MAX_ON_HAND), read_line(sku, location)
    if units <= math.min(line.available, MAX_QUANTITY) and not excess_of(owner, units, nil, commit.backlog) then
      count_held(owner, 1, units)
      local words, json, left = take_units(line, units)
      return { 'active', begin_hold(commit, hold_id, expires_at_ms, reference, words, json), left }
    end
  end

  local wishes = parse_wishes(sku, location, quantity, choice, ...)
  local replaced, refusal = hold_to_replace(replaces, owner)
  local plan = new_plan(replaced)
  refusal = refusal
    or excess_of(owner, units_of(wishes), replaced, commit.backlog)
    or allocate_all(plan, wishes, commit)
  if refusal then
    return refusal
  end

  if replaced then
    give_back(replaces, replaced, now)
  end
  count_held(owner, 1, units_of(wishes))
  return hold_plan(commit, plan, hold_id, expires_at_ms, reference)
end
