-- What happened, gathered while the commit runs and written when it ends, as one stream entry unless there is
-- very much: a sequence of kind and detail, where the detail is words separated by single spaces. No word can
-- hold a space, so a reader splits on it.
local events, words
at_begin(function()
  events, words = {}, 0
end)

local function record_event(kind, detail)
  events[words + 1] = kind
  events[words + 2] = detail
  words = words + 2
end

local WORDS_PER_ENTRY = 6000 -- Lua hands no more than 8000 values to a call

local function write_events()
  for first = 1, words, WORDS_PER_ENTRY do
    local last = math.min(first + WORDS_PER_ENTRY - 1, words)
    redis.call('XADD', EVENTS, 'MAXLEN', '~', EVENTS_KEPT, '*', unpack(events, first, last))
  end
end
