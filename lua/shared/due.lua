-- For reads, which write nothing: the units of holds that are due and not settled yet, which a reader
-- must see as given back already. Answers SKU -> { location, units, location, units, ... }.
local function due_lines(now)
  local by_sku = {}
  local due = redis.call('ZRANGEBYSCORE', HOLDS_BY_EXPIRY, '-inf', now, 'LIMIT', 0, SETTLE_LIMIT)
  for _, hold_id in ipairs(due) do
    local hold = load_hold(hold_id)
    for _, line in ipairs(hold and hold.lines or {}) do
      local lines = by_sku[line[1]] or {}
      lines[#lines + 1] = line[2]
      lines[#lines + 1] = line[3]
      by_sku[line[1]] = lines
    end
  end
  return by_sku
end
