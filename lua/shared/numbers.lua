-- `tonumber` alone lets "nan", "0x10", " 5" and "-1" pass, and NaN defeats every comparison.
local function whole_number(text, minimum, maximum)
  if not (string.match(text, '^[1-9]%d*$') or text == '0') or #text > 14 then
    error('not a whole number: ' .. text)
  end
  local number = tonumber(text)
  if number < minimum or number > maximum then
    error('out of bounds: ' .. text)
  end
  return number
end
