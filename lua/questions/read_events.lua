--[[
read_events: entries of the event stream from one on, oldest first.
OP     from   id of the entry that the reader has come to; it is answered again while it is kept, which
              shows that nothing behind it is missing. `0-0` is where a stream begins
       count  the most entries to answer
REPLY  first match wins, in this order:
       gap    entries, last entry id   entries behind `from` may have been trimmed
       found  entries
       where an entry is its id and a list of kind, detail, kind, detail, ...
COST   O(count)
]]
local function was_trimmed()
  local info, fields = redis.call('XINFO', 'STREAM', EVENTS), {}
  for i = 1, #info, 2 do
    fields[info[i]] = info[i + 1]
  end
  return fields['entries-added'] > fields['length']
end

local function read_events(args)
  local from, count = args[1], args[2]
  local entries = redis.call('XRANGE', EVENTS, from, '+', 'COUNT', count)
  local first = entries[1] and entries[1][1]
  local gap
  if from == '0-0' then
    gap = first and was_trimmed()
  else
    gap = first ~= from
  end
  if gap then
    return { 'gap', entries, last_entry_id() }
  end
  return { 'found', entries }
end
