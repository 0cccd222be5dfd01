-- Lines as verbs pass them around: { sku, location, quantity }, each SKU and location once.

-- Reads lines from the arguments of an operation, `from` the first one's SKU to the end.
local function parse_lines(args, from)
  local lines = {}
  for i = from, #args, 3 do
    lines[#lines + 1] = { args[i], args[i + 1], whole_number(args[i + 2], 1, MAX_QUANTITY) }
  end
  return lines
end

-- The lines as words of an event, or the fields of a reply.
local function append_lines(target, lines)
  for _, line in ipairs(lines) do
    target[#target + 1] = line[1]
    target[#target + 1] = line[2]
    target[#target + 1] = line[3]
  end
  return target
end

-- Why `lines` cannot all be taken from the stock read for them, as a reply; nil when they can.
-- A refusal for want of stock is only true once every hold that is due has been settled.
local function refuse_lines(lines, stock, backlog)
  local shortages = { 'insufficient_stock' }
  for i, line in ipairs(lines) do
    if not stock[i].known and redis.call('EXISTS', STOCK .. line[1]) == 0 then
      return { 'sku_not_found', line[1] }
    end
    if stock[i].available < line[3] then
      append_lines(shortages, { line })
      shortages[#shortages + 1] = stock[i].available
    end
  end
  if #shortages > 1 then
    return backlog and { 'unsettled' } or shortages
  end
end
