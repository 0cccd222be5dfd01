-- The outcome of a request that carried an idempotency key, kept under `idemp:{key}` and written in
-- the same atomic step as its effect: fingerprint, request_id and reply. Without a reply it is a claim: the
-- request takes effect in another partition, or is about to (lua/commands/claim.lua).

local function load_outcome(key)
  local kept = get_text(IDEMPOTENCY .. key)
  return kept and cjson.decode(kept)
end

local function save_outcome(key, record, seconds)
  set_text(IDEMPOTENCY .. key, cjson.encode(record), 1000 * seconds)
end

-- The reply to give instead of running the operation, or nil when the key is new.
local function recall(key, fingerprint)
  local record = load_outcome(key)
  if record and record.fingerprint ~= fingerprint then
    return { 'idempotency_key_reused' }
  end
  if record and record.reply then
    return { 'replayed', record.request_id, record.reply }
  end
end

local function remember(key, fingerprint, seconds, request_id, reply)
  save_outcome(key, { fingerprint = fingerprint, request_id = request_id, reply = reply }, seconds)
end
