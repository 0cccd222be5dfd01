--[[
The read: questions that arrived together, answered from one instant. Writes nothing, so it is answered
also while Redis is out of memory or takes no writes.
ARGS   the partition prefix, then for each question: verb, argument count, 1 or 0 for whether to answer parts_due,
       arguments
REPLY  a reply per question, as the verb's file says, or
         parts_due   parts of carts are to ask their homes (settle_part.lua) what has become of them
]]
local function main(args)
  begin_call(args[1])
  local now = now_ms()
  local due = due_lines(now)

  local replies, at = {}, 2
  while at <= #args do
    local verb, count_of_args, waits = args[at], tonumber(args[at + 1]), args[at + 2] == '1'
    local first = at + 3
    at = first + count_of_args
    replies[#replies + 1] = waits and parts_are_due(now) and { 'parts_due' }
      or verbs[verb]({ unpack(args, first, at - 1) }, now, due)
  end
  return replies
end
