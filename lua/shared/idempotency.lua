-- The outcome of a request that carried an idempotency key, kept under `idemp:{key}` and written in
-- the same atomic step as its effect.

-- The reply to give instead of running the operation, or nil when the key is new.
local function recall(key, fingerprint)
  local kept = get_text(IDEMPOTENCY .. key)
  if not kept then
    return nil
  end
  local record = cjson.decode(kept)
  if record.fingerprint ~= fingerprint then
    return { 'idempotency_key_reused' }
  end
  return { 'replayed', record.request_id, record.reply }
end

local function remember(key, fingerprint, seconds, request_id, reply)
  local record = { fingerprint = fingerprint, request_id = request_id, reply = reply }
  set_text(IDEMPOTENCY .. key, cjson.encode(record), 1000 * seconds)
end
