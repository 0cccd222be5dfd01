-- Redis makes these functions once and keeps them, so what a call notes for itself has to begin empty with each.
local beginnings = {}

local function at_begin(begin)
  beginnings[#beginnings + 1] = begin
end

local function begin_call(prefix)
  use_keys_of(prefix)
  for _, begin in ipairs(beginnings) do
    begin()
  end
end
