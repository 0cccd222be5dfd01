--[[
The commit: operations that arrived together, applied in their order, atomically.
ARGS   the partition prefix, then for each operation
         a head, which is verb, argument count, 1 or 0 for whether there is a key, 1 or 0 for whether to answer
         parts_due, and owner, apart by spaces;
         with a key: idempotency key, fingerprint, seconds to keep the outcome, request id;
         and the arguments
       where the owner is '' for anybody, which is so while no keys are configured
REPLY  [how many due holds were settled first, for how many milliseconds they had been due at most, the number of
       this commit where they are counted], then a reply per operation: what the verb's file says, or
         replayed                request id, reply   this key has had its effect; the first answer again
         idempotency_key_reused                      this key came with another request before
         store_full                                  the verb may take memory, and there is none
         failed                  message             a fault of ours; nothing is kept under the key
         parts_due                                   short, while parts of carts are to ask their homes (settle_part.lua)
                                                     what has become of them
       or an error for all of them, with nothing written: NOPERM, where the ACL would stop it half-way, and OVERSOLD,
       where one of them would promise what is not there
]]
-- One failing operation must not fail its neighbours.
local function run_verb(verb, commit, ...)
  if MEMORY_IS_FULL and not RUNS_WHEN_FULL[verb] then
    return { 'store_full' }, false
  end
  local ok, reply = pcall(verbs[verb], commit, ...)
  if ok then
    return reply, not UNDECIDED[reply[1]]
  end
  return { 'failed', type(reply) == 'table' and reply.err or tostring(reply) }, false
end

-- All is decided, and nothing has been written yet: until here, operations saw each other's changes only through
-- what the shared files keep of them. Answers an error where nothing may be written.
local function write_all()
  local refused = write_stock()
  if refused then
    return refused
  end
  write_texts()
  write_indexes()
  write_owners()
  write_events()
end

-- Every commit that was asked for counts, a repeat too: whoever waits for its copy needs something to wait for.
local function number_of_commit(counts)
  return counts and redis.call('INCRBY', COMMITS, 1) or tonumber(redis.call('GET', COMMITS) or 0)
end

-- Operations that arrive together mostly have the same head, which is then read once.
local heads
at_begin(function()
  heads = {}
end)

local function read_head(text)
  local head = heads[text]
  if not head then
    local verb, count, keyed, waits, owner = string.match(text, '^(%S+) (%d+) (%d) (%d) (.*)$')
    head = { verb = verb, count = tonumber(count), is_keyed = keyed == '1', waits = waits == '1', owner = owner }
    heads[text] = head
  end
  return head
end

local function main(args)
  begin_call(args[1])
  local denied = missing_permission()
  if denied then
    return redis.error_reply('NOPERM the ACL does not let this user run ' .. denied)
  end

  local now = now_ms()
  local settled, backlog, lag_ms = settle_due(now)
  local commit = { now = now, now_text = text_of(now), backlog = backlog }

  local replies, at, count = { { settled, lag_ms } }, 2, #args
  while at <= count do
    local head = read_head(args[at])
    local first = at + (head.is_keyed and 5 or 1)
    local last = first + head.count - 1
    commit.owner, commit.waits_for_parts = head.owner, head.waits
    local reply
    if not head.is_keyed then
      reply = run_verb(head.verb, commit, unpack(args, first, last))
    else
      local key, fingerprint = args[at + 1], args[at + 2]
      reply = recall(key, fingerprint)
      if not reply then
        local decided
        reply, decided = run_verb(head.verb, commit, unpack(args, first, last))
        if decided then
          remember(key, fingerprint, args[at + 3], args[at + 4], reply)
        end
      end
    end
    replies[#replies + 1] = reply
    at = last + 1
  end

  local refused = write_all()
  if refused then
    return refused
  end
  if COUNT_COMMITS then
    replies[1][3] = number_of_commit(count > 1 or settled > 0)
  end
  return replies
end
