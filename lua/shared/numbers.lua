-- `tonumber` alone lets "nan", "0x10", " 5" and "-1" pass, and NaN defeats every comparison.
local whole_numbers -- text -> number, of those met before: most are the same few
at_begin(function()
  whole_numbers = {}
end)

local function whole_number(text, minimum, maximum)
  local number = whole_numbers[text]
  if not number then
    if not (string.match(text, '^[1-9]%d*$') or text == '0') or #text > 14 then
      error('not a whole number: ' .. text)
    end
    number = tonumber(text)
    whole_numbers[text] = number
  end
  if number < minimum or number > maximum then
    error('out of bounds: ' .. text)
  end
  return number
end
