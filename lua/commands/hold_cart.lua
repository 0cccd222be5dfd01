--[[
hold_cart: makes a hold whose lines are in several partitions, or which replaces one that is. The others have taken
theirs already, each as a part of this hold (take_part.lua); here, at home, it is decided whether there is a hold, and
in the same step the one that it replaces ends: both have the same home.
OP     hold_id      string, new
       ttl_seconds  1..MAX_TTL_SECONDS
       options      as in hold.lua
       elsewhere    JSON: taken, a list of [sku, location, quantity, available, partition]; and refusal, a reply of
                    take_part, where a part could not be taken
       wishes       as in hold.lua: those of this partition, maybe none
REPLY  as hold.lua, whose words and available units name the lines of this partition first, and
       given_up     a part fell due before this came, and was given back: nothing is decided
KEEPS  all wishes or none: without a record here, a part that falls due gives its units back.
COST   O(lines)
]]

-- In which order hold.lua refuses.
local ranks = { sku_not_found = 1, unsettled = 2, parts_due = 2, insufficient_stock = 3 }

-- One refusal out of this partition's and that of the others; all that is short, where nothing else is wrong.
local function first_refusal(own, others)
  if not own or not others then
    return own or others
  end
  if own[1] ~= 'insufficient_stock' or others[1] ~= 'insufficient_stock' then
    return ranks[others[1]] < ranks[own[1]] and others or own
  end
  for i = 2, #others do
    own[#own + 1] = others[i]
  end
  return own
end

local function hold_cart(commit, hold_id, ttl_seconds, options, elsewhere_json, ...)
  local now, owner = commit.now, commit.owner
  local expires_at_ms = now + 1000 * whole_number(ttl_seconds, 1, MAX_TTL_SECONDS)
  local elsewhere, wishes = cjson.decode(elsewhere_json), parse_wishes(...)
  local units = units_of(wishes) + units_of(elsewhere.taken)
  local reference, replaces = read_options(options)

  if get_text(HOLD .. hold_id) then
    return { 'given_up' }
  end
  local replaced, refusal = hold_to_replace(replaces, owner)
  local plan = new_plan(replaced)
  refusal = refusal
    or excess_of(owner, units, replaced, commit.backlog)
    or first_refusal(allocate_all(plan, wishes, commit), elsewhere.refusal)
  if refusal then
    return refusal
  end

  if replaced then
    give_back(replaces, replaced, now)
  end
  local hold = {
    status = 'active',
    created_at_ms = now,
    expires_at_ms = expires_at_ms,
    reference = reference,
    owner = is_named(owner) and owner or nil,
    version = 1,
    lines = {},
  }
  local reply = { 'active', '' }
  for i, place in ipairs(plan) do
    hold.lines[i] = { place.sku, place.location, place.taken }
    reply[i + 2] = change_line(place, place.on_hand, place.held + place.taken)
  end
  for _, line in ipairs(elsewhere.taken) do
    hold.away = hold.away or {}
    hold.away[line[1]] = line[5]
    hold.lines[#hold.lines + 1] = { line[1], line[2], line[3] }
    reply[#reply + 1] = line[4]
  end
  count_held(owner, 1, units)
  save_active_hold(hold_id, hold)
  reply[2] = table.concat(append_lines({ hold_id, expires_at_ms, reference }, hold.lines), ' ')
  record_event('hold.created', reply[2])
  return reply
end
