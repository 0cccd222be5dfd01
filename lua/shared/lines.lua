-- Lines as verbs pass them around: { sku, location, quantity }, each SKU and location once.

-- Reads lines: sku, location, quantity, of each; a quantity may be the sum of what several lines of a request ask for.
local function parse_lines(...)
  local args, lines = { ... }, {}
  for i = 1, #args, 3 do
    lines[#lines + 1] = { args[i], args[i + 1], whole_number(args[i + 2], 1, MAX_ON_HAND) }
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

-- One list out of two, the quantities of the same place added up.
local function add_lines(some, more)
  local sum, place = {}, {}
  for _, lines in ipairs({ some, more }) do
    for _, line in ipairs(lines) do
      local name = line[1] .. ' ' .. line[2]
      if place[name] then
        place[name][3] = place[name][3] + line[3]
      else
        place[name] = { line[1], line[2], line[3] }
        sum[#sum + 1] = place[name]
      end
    end
  end
  return sum
end
