-- A plan says what to take from where, before anything changes: first every wish is allocated, then, if none
-- is short, the plan is carried out. It is a list of stock lines, of each of which it takes `taken` units. A
-- wish is { sku, location, quantity, split, locations }, where the location may be `any`: of the listed
-- `locations` in their order, or else of all, most stock first. No plan takes more of a place than a line may name.

-- The units of a hold that this plan replaces count as free, as far as they are in this partition.
local function new_plan(replaced)
  if not replaced then
    return {}
  end
  local freed = {}
  for _, line in ipairs(replaced.lines) do
    if not (replaced.away and replaced.away[line[1]]) then
      freed[read_line(line[1], line[2])] = line[3]
    end
  end
  return { freed = freed }
end

-- The stock of one place, as this plan sees it; `free` is what it may still take of it.
local function in_plan(plan, line)
  if line.plan ~= plan then
    local free = line.on_hand - line.held + (plan.freed and plan.freed[line] or 0)
    line.plan, line.taken, line.free = plan, 0, math.max(0, math.min(free, MAX_QUANTITY))
  end
  return line
end

-- What a wish could have had of the place if it were the only one.
local function free_alone(place)
  return place.free + place.taken
end

-- Every place where the SKU was ever counted, most free units first.
local function all_places(plan, sku)
  local places = read_lines(sku)
  for _, place in ipairs(places) do
    in_plan(plan, place)
  end
  table.sort(places, function(a, b)
    return a.free > b.free or a.free == b.free and a.location < b.location
  end)
  return places
end

-- Each place once, however often it is listed: what is taken of it is subtracted when all is picked.
local function candidates(plan, wish)
  if #wish.locations == 0 then
    return all_places(plan, wish.sku)
  end
  local places = {}
  for _, location in ipairs(wish.locations) do
    local place = in_plan(plan, read_line(wish.sku, location))
    if place.listed_by ~= wish then
      place.listed_by = wish
      places[#places + 1] = place
    end
  end
  return places
end

local function take(plan, place, quantity)
  if place.taken == 0 then
    plan[#plan + 1] = place
  end
  place.free, place.taken = place.free - quantity, place.taken + quantity
end

-- What the wish is short of: sku, location, requested, available, [location, available, ...] elsewhere. What is
-- available is what the wish could have had alone: what the others of its cart took is theirs no more.
local function shortage(plan, wish, available)
  local elsewhere = {}
  for _, place in ipairs(all_places(plan, wish.sku)) do
    if place.location ~= wish.location and free_alone(place) > 0 then
      elsewhere[#elsewhere + 1] = place.location
      elsewhere[#elsewhere + 1] = free_alone(place)
    end
  end
  return { wish.sku, wish.location, wish.quantity, available, elsewhere }
end

-- Puts a wish for units of one place into the plan; answers its shortage instead where it does not fit.
local function allocate_named(plan, wish)
  local place = in_plan(plan, read_line(wish.sku, wish.location))
  if place.free < wish.quantity then
    return shortage(plan, wish, free_alone(place))
  end
  take(plan, place, wish.quantity)
end

-- The same for a wish that leaves the place open.
local function allocate_any(plan, wish)
  local left, most, sum, picked = wish.quantity, 0, 0, {}
  for _, place in ipairs(candidates(plan, wish)) do
    local units = (wish.split or place.free >= wish.quantity) and math.min(place.free, left) or 0
    most, sum = math.max(most, free_alone(place)), sum + free_alone(place)
    if units > 0 then
      picked[#picked + 1] = { place, units }
      left = left - units
    end
  end
  if left > 0 then
    return shortage(plan, wish, wish.split and sum or most)
  end
  for _, pick in ipairs(picked) do
    take(plan, pick[1], pick[2])
  end
end

-- Why nothing is taken: of the wishes that are short, the first whose SKU is not known, or all of them. For want of
-- stock, that is only true once all that is due has been settled.
local function refusal_for(wishes, commit)
  local shortages = {}
  for _, wish in ipairs(wishes) do
    if wish.short and not is_known_sku(wish.sku) then
      return { 'sku_not_found', wish.sku }
    end
    shortages[#shortages + 1] = wish.short
  end
  if commit.backlog then
    return { 'unsettled' }
  end
  return commit.waits_for_parts and parts_are_due(commit.now) and { 'parts_due' }
    or { 'insufficient_stock', unpack(shortages) }
end

-- Who has the fewest places to choose from chooses first; of those with equally many, who needs all units from one
-- place, and of these who needs most. So a wish seldom takes what only another could have used.
local function chooses_before(a, b)
  local places_of_a = #a.locations > 0 and #a.locations or math.huge
  local places_of_b = #b.locations > 0 and #b.locations or math.huge
  if places_of_a ~= places_of_b then
    return places_of_a < places_of_b
  end
  if a.split ~= b.split then
    return b.split
  end
  return a.quantity > b.quantity or a.quantity == b.quantity and a.position < b.position
end

-- Allocates every wish, those that name a place first, so that `any` leaves them theirs. Answers a reply
-- that refuses them all, or nil; then all that is short is told in the order of the wishes.
local function allocate_all(plan, wishes, commit)
  local open, is_short = {}, false
  for i = 1, #wishes do
    local wish = wishes[i]
    wish.position = i
    if wish.location == 'any' then
      open[#open + 1] = wish
    else
      wish.short = allocate_named(plan, wish)
      is_short = is_short or wish.short
    end
  end
  table.sort(open, chooses_before)
  for i = 1, #open do
    open[i].short = allocate_any(plan, open[i])
    is_short = is_short or open[i].short
  end
  if is_short then
    return refusal_for(wishes, commit)
  end
end

local NO_LOCATIONS = {}

-- A wish for units of one place, from nowhere else.
local function wish_for(sku, location, quantity)
  return { sku = sku, location = location, quantity = quantity, split = false, locations = NO_LOCATIONS }
end

-- Reads wishes: sku, location, quantity and choice, of each. The choice is '' or words: `split` or `whole`, and the
-- locations to choose from.
local function parse_wishes(...)
  local args, wishes = { ... }, {}
  for at = 1, #args, 4 do
    local wish = wish_for(args[at], args[at + 1], whole_number(args[at + 2], 1, MAX_ON_HAND))
    for word in string.gmatch(args[at + 3], '%S+') do
      if word == 'split' then
        wish.split = true
      elseif word ~= 'whole' then
        wish.locations = wish.locations == NO_LOCATIONS and {} or wish.locations
        wish.locations[#wish.locations + 1] = word
      end
    end
    wishes[#wishes + 1] = wish
  end
  return wishes
end

-- Carries the plan out as sales; answers what is available after, place by place.
local function sell_plan(plan)
  local left = {}
  for i, place in ipairs(plan) do
    left[i] = change_line(place, place.on_hand - place.taken, place.held)
    record_event('stock.sold', place.name .. ' ' .. place.taken)
  end
  return left
end
