-- The record of a hold, JSON under `hold:{hold_id}`:
--   owner: the name of the key it was made with, where there are keys;
--   status, created_at_ms, expires_at_ms, reference ('' for none), and ended_at_ms once it has ended;
--   lines: [[sku, location, quantity, available after it ended], ...], what it holds, or held to the end;
--   sold: lines that earlier confirmations of a part sold out of it;
--   returned: lines that the confirmation which ended it gave back;
--   reacquired_at_ms: when it was sold after all, having expired; `sold` says what.

-- Another owner's hold is as good as none. Without an owner, or with the owner '', it is anybody's.
local function load_hold(hold_id, owner)
  local json = get_text(HOLD .. hold_id)
  local record = json and cjson.decode(json)
  if record and owner and owner ~= '' and (record.owner or NOBODY) ~= owner then
    return false
  end
  return record
end
