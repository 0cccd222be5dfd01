-- Redis makes these functions once and keeps them, so what a call notes for itself has to begin empty with each.
local beginnings = {}

local function at_begin(begin)
  beginnings[#beginnings + 1] = begin
end

-- The functions of all libraries share one cjson, and its settings: another's would round our instants and units.
local function begin_call(prefix)
  cjson.encode_number_precision(14)
  use_keys_of(prefix)
  for _, begin in ipairs(beginnings) do
    begin()
  end
end
