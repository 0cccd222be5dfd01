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

-- With several partitions ids say the microsecond: readers merge the streams by them, and within one millisecond a
-- cart may be sold in one and a place of it counted in another.
local function exact_id()
  local time = redis.call('TIME')
  local ms = math.floor(time[2] / 1000)
  return string.format('%s%03d-%d', time[1], ms, time[2] - 1000 * ms)
end

-- An id that is not behind the last one is refused, as where the clock was set back; then Redis chooses one.
local function is_written_exactly(first, last)
  local reply = redis.pcall('XADD', EVENTS, 'MAXLEN', '~', EVENTS_KEPT, exact_id(), unpack(events, first, last))
  return type(reply) == 'string'
end

local function write_events()
  for first = 1, words, WORDS_PER_ENTRY do
    local last = math.min(first + WORDS_PER_ENTRY - 1, words)
    if partition_prefix == '' or not is_written_exactly(first, last) then
      redis.call('XADD', EVENTS, 'MAXLEN', '~', EVENTS_KEPT, '*', unpack(events, first, last))
    end
  end
end
