-- `tonumber` alone lets "nan", "0x10", " 5" and "-1" pass, and NaN defeats every comparison.
-- Text -> number and number -> text, of those met before: most are the same few, and to write a number out costs
-- as much as several lines.
local whole_numbers, number_texts
at_begin(function()
  whole_numbers, number_texts = {}, {}
end)

local function text_of(number)
  local text = number_texts[number]
  if not text then
    text = string.format('%d', number)
    number_texts[number] = text
  end
  return text
end

local function whole_number(text, minimum, maximum)
  local number = whole_numbers[text]
  if not number then
    if not (string.match(text, '^[1-9]%d*$') or text == '0') or #text > 14 then
      error('not a whole number: ' .. text)
    end
    number = tonumber(text)
    whole_numbers[text], number_texts[number] = number, text
  end
  if number < minimum or number > maximum then
    error('out of bounds: ' .. text)
  end
  return number
end

-- The same for what may be below 0; `maximum` bounds both sides.
local function signed_number(text, maximum)
  if string.sub(text, 1, 1) == '-' then
    return -whole_number(string.sub(text, 2), 1, maximum)
  end
  return whole_number(text, 0, maximum)
end
