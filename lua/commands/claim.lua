--[[
claim: ties an idempotency key to one request, where that request takes effect in another partition.
OP     key          string, with its owner
       fingerprint  of the request
       seconds      how long the claim is kept
       attempt      names this attempt at the request
       lease_ms     for how long no other attempt of the same request may begin
REPLY  first match wins, in this order:
       idempotency_key_reused   another request has the key
       pending                  another attempt of this request is at work
       known                    the request has been here before; this attempt may begin
       claimed                  it is new
KEEPS  one request per key: its effect and the record of its outcome are written together elsewhere, by
       the same key, so that a repeat finds them there.
COST   O(1)
]]
local function claim(commit, key, fingerprint, seconds, attempt, lease_ms)
  local now, record = commit.now, load_outcome(key)

  if record and record.fingerprint ~= fingerprint then
    return { 'idempotency_key_reused' }
  end
  if record and (record.leased_until_ms or 0) > now then
    return { 'pending' }
  end
  -- An outcome of this partition's own stays as it is.
  if not (record and record.reply) then
    save_outcome(key, { fingerprint = fingerprint, attempt = attempt, leased_until_ms = now + lease_ms }, seconds)
  end
  return { record and 'known' or 'claimed' }
end
