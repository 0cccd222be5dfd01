-- What happened, gathered while the commit runs and written as one stream entry when it ends: a
-- sequence of kind and detail, where the detail is words separated by single spaces. No word can
-- hold a space, so a reader splits on it.
local events = {}

local function record_event(kind, detail)
  events[#events + 1] = kind
  events[#events + 1] = detail
end

local function write_events()
  if #events > 0 then
    redis.call('XADD', EVENTS, 'MAXLEN', '~', EVENTS_KEPT, '*', unpack(events))
  end
end
