-- The record of a part, JSON under `part:{hold_id}`: those lines of a cart that are held here for a hold that is
-- decided in another partition.
--   version: what this part knows of its hold, whose id says where its home is; status: as far as it knows, or
--   let_go where nothing of it is left here;
--   lines: [[sku, location, quantity], ...], what it holds, or held to the end; sold: what has been sold out of it.

local function load_part(hold_id)
  local json = get_text(PART .. hold_id)
  return json and cjson.decode(json)
end

-- With the moment when it is to ask its home; without one it has ended, and is kept for a while.
local function save_part(hold_id, part, due_at_ms)
  set_text(PART .. hold_id, cjson.encode(part), not due_at_ms and 1000 * ENDED_HOLD_SECONDS or nil)
  set_score(PARTS_BY_DUE, hold_id, due_at_ms or false)
end
