--[[
The read: questions that arrived together, answered from one instant. Writes nothing, so it is answered
also while Redis is out of memory or takes no writes.
ARGS   the partition prefix, then for each question: verb, argument count, arguments
REPLY  a reply per question, as the verb's file says
]]
local function main(args)
  begin_call(args[1])
  local now = now_ms()
  local due = due_lines(now)

  local replies, at = {}, 2
  while at <= #args do
    local verb, count_of_args = args[at], tonumber(args[at + 1])
    local first = at + 2
    at = first + count_of_args
    replies[#replies + 1] = verbs[verb]({ unpack(args, first, at - 1) }, now, due)
  end
  return replies
end
