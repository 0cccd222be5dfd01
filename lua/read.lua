--[[
The read: questions that arrived together, answered from one instant. Writes nothing, so it is answered
also while Redis is out of memory or takes no writes.
ARGV   the partition prefix, then for each question: verb, argument count, arguments
REPLY  a reply per question, as the verb's file says
]]
local verbs = {
  get_inventory = get_inventory,
  query_inventory = query_inventory,
  list_inventory = list_inventory,
  get_hold = get_hold,
  list_holds = list_holds,
  last_event = last_event,
  read_events = read_events,
  verify_holds = verify_holds,
  verify_parts = verify_parts,
  due_parts = due_parts,
  verify_skus = verify_skus,
  verify_stock = verify_stock,
  measure = measure,
}

local now = now_ms()
local due = due_lines(now)

local replies, at = {}, 2
while at <= #ARGV do
  local verb, count_of_args = ARGV[at], tonumber(ARGV[at + 1])
  local first = at + 2
  at = first + count_of_args
  replies[#replies + 1] = verbs[verb]({ unpack(ARGV, first, at - 1) }, now, due)
end
return replies
