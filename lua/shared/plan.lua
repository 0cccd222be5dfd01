-- A plan says what to take from where, before anything is written: first every wish is allocated, then,
-- if none is short, the plan is carried out. A wish is { sku, location, quantity, split, locations }, where
-- the location may be `any`: of the listed `locations` in their order, or else of all, most stock first.

-- `given_back` are lines of a hold that this plan replaces: their units count as free.
local function new_plan(given_back)
  local plan = { places = {}, order = {}, freed = {} }
  for _, line in ipairs(given_back or {}) do
    plan.freed[line[1] .. ' ' .. line[2]] = line[3]
  end
  return plan
end

-- The stock of one place, read once; `free` is what this plan may still take of it.
local function place_in(plan, sku, location)
  local name = sku .. ' ' .. location
  local place = plan.places[name]
  if not place then
    place = read_line(sku, location)
    place.free = math.max(0, place.on_hand - place.held + (plan.freed[name] or 0))
    place.taken = 0
    plan.places[name] = place
  end
  return place
end

-- Every place where the SKU was ever counted, most free units first.
local function all_places(plan, sku)
  local places = {}
  for _, field in ipairs(redis.call('HKEYS', STOCK .. sku)) do
    if string.sub(field, 1, 5) ~= 'held:' then
      places[#places + 1] = place_in(plan, sku, field)
    end
  end
  table.sort(places, function(a, b)
    return a.free > b.free or a.free == b.free and a.location < b.location
  end)
  return places
end

local function candidates(plan, wish)
  if #wish.locations == 0 then
    return all_places(plan, wish.sku)
  end
  local places = {}
  for i, location in ipairs(wish.locations) do
    places[i] = place_in(plan, wish.sku, location)
  end
  return places
end

local function take(plan, place, quantity)
  if place.taken == 0 then
    plan.order[#plan.order + 1] = place
  end
  place.free, place.taken = place.free - quantity, place.taken + quantity
end

-- What the wish is short of: sku, location, requested, available, [location, available, ...] elsewhere.
local function shortage(plan, wish, available)
  local elsewhere = {}
  for _, place in ipairs(all_places(plan, wish.sku)) do
    if place.location ~= wish.location and place.free > 0 then
      elsewhere[#elsewhere + 1] = place.location
      elsewhere[#elsewhere + 1] = place.free
    end
  end
  return { wish.sku, wish.location, wish.quantity, available, elsewhere }
end

-- Puts a wish for units of one place into the plan; answers its shortage instead where it does not fit.
local function allocate_named(plan, wish)
  local place = place_in(plan, wish.sku, wish.location)
  if place.free < wish.quantity then
    return shortage(plan, wish, place.free)
  end
  take(plan, place, wish.quantity)
end

-- The same for a wish that leaves the place open.
local function allocate_any(plan, wish)
  local left, most, sum, picked = wish.quantity, 0, 0, {}
  for _, place in ipairs(candidates(plan, wish)) do
    local units = (wish.split or place.free >= wish.quantity) and math.min(place.free, left) or 0
    most, sum = math.max(most, place.free), sum + place.free
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

-- Allocates every wish, those that name a place first, so that `any` leaves them theirs. Answers a reply
-- that refuses them all, or nil. A refusal for want of stock is only true once every hold that is due has
-- been settled.
local function allocate_all(plan, wishes, backlog)
  local shortages = { 'insufficient_stock' }
  local open = 0
  for _, wish in ipairs(wishes) do
    if wish.location == 'any' then
      open = open + 1
    else
      shortages[#shortages + 1] = allocate_named(plan, wish)
    end
  end
  for _, wish in ipairs(open > 0 and wishes or {}) do
    if wish.location == 'any' then
      shortages[#shortages + 1] = allocate_any(plan, wish)
    end
  end
  for i = 2, #shortages do
    if redis.call('EXISTS', STOCK .. shortages[i][1]) == 0 then
      return { 'sku_not_found', shortages[i][1] }
    end
  end
  if #shortages > 1 then
    return backlog and { 'unsettled' } or shortages
  end
end

-- The plan as lines: { sku, location, quantity }.
local function planned_lines(plan)
  local lines = {}
  for i, place in ipairs(plan.order) do
    lines[i] = { place.sku, place.location, place.taken }
  end
  return lines
end

-- A wish for units of one line, from nowhere else.
local function wish_for(line)
  return { sku = line[1], location = line[2], quantity = line[3], split = false, locations = {} }
end

-- Reads wishes from the arguments of an operation, `from` the first one's SKU to the end.
local function parse_wishes(args, from)
  local wishes, at = {}, from
  while at <= #args do
    local locations = {}
    for i = 1, tonumber(args[at + 4]) do
      locations[i] = args[at + 4 + i]
    end
    wishes[#wishes + 1] = {
      sku = args[at],
      location = args[at + 1],
      quantity = whole_number(args[at + 2], 1, MAX_QUANTITY),
      split = args[at + 3] == '1',
      locations = locations,
    }
    at = at + 5 + #locations
  end
  return wishes
end

-- Carries the plan out as sales; answers what is available after, place by place.
local function sell_plan(plan)
  local left = {}
  for i, place in ipairs(plan.order) do
    left[i] = write_line(place, place.on_hand - place.taken, place.held)
    record_event('stock.sold', place.sku .. ' ' .. place.location .. ' ' .. place.taken)
  end
  return left
end
