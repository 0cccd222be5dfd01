--[[
extend: sets when an active hold falls due to a moment counted from now.
OP     hold_id      string
       ttl_seconds  1..MAX_TTL_SECONDS
REPLY  first match wins, in this order:
       hold_not_found                                      never made, another owner's, or ended longer ago than records are kept
       hold_confirmed, hold_released                       it has ended
       hold_expired                                        its time was over, settled here if no sweep had done it
       lifetime_exceeded  max_expires_at_ms                the moment is later than a hold made then may live
       extended           expires_at_ms, max_expires_at_ms
KEEPS  no hold lives longer than MAX_TTL_SECONDS, and none is revived.
COST   O(lines) where it settles, else O(1)
]]
local function extend(commit, hold_id, ttl_seconds)
  local now = commit.now
  local expires_at_ms = now + 1000 * whole_number(ttl_seconds, 1, MAX_TTL_SECONDS)

  local record = load_hold(hold_id, commit.owner)

  if not record then
    return { 'hold_not_found' }
  end
  if record.status == 'active' and is_due(record, now) then
    end_hold(hold_id, record, 'expired', now)
  end
  if record.status ~= 'active' then
    return { 'hold_' .. record.status }
  end
  local max_expires_at_ms = record.created_at_ms + 1000 * MAX_TTL_SECONDS
  if expires_at_ms > max_expires_at_ms then
    return { 'lifetime_exceeded', max_expires_at_ms }
  end

  record.expires_at_ms = expires_at_ms
  mark_news(record)
  save_active_hold(hold_id, record)
  record_event('hold.extended', hold_id .. ' ' .. expires_at_ms .. ' ' .. record.reference)
  return { 'extended', expires_at_ms, max_expires_at_ms }
end
