-- The record of a hold, JSON under `hold:{hold_id}`:
--   owner: the name of the key it was made with, where there are keys;
--   status, created_at_ms, expires_at_ms, reference ('' for none), and ended_at_ms once it has ended: of an expired
--   one that is when it expired, whenever it was settled;
--   lines: [[sku, location, quantity, available after it ended], ...], what it holds, or held to the end;
--   sold: lines that earlier confirmations of a part sold out of it;
--   returned: lines that the confirmation which ended it gave back;
--   away: where it is a cart over partitions, SKU -> partition of the lines that are held there, as a part of it;
--   version: how often such a hold has been decided, so that a part can tell old news from new;
--   reacquired_at_ms: when it was sold after all, having expired; `sold` says what.

local function is_line(line)
  return type(line) == 'table' and type(line[1]) == 'string' and type(line[2]) == 'string' and type(line[3]) == 'number'
end

-- What another hand has spoilt is as good as none. Looked at whole: who finds a gap half-way has written already.
local function decode_hold(json)
  local ok, record = pcall(cjson.decode, json)
  if not ok or type(record) ~= 'table' or type(record.lines) ~= 'table' or type(record.status) ~= 'string'
      or type(record.expires_at_ms) ~= 'number' or type(record.reference) ~= 'string' then
    return false
  end
  for _, line in ipairs(record.lines) do
    if not is_line(line) then
      return false
    end
  end
  return record
end

-- Another owner's hold is as good as none. Without an owner, or with the owner '', it is anybody's.
local function load_hold(hold_id, owner)
  local json = get_text(HOLD .. hold_id)
  local record = json and decode_hold(json)
  if record and owner and owner ~= '' and (record.owner or NOBODY) ~= owner then
    return false
  end
  return record
end
