-- String keys: records of holds, outcomes under idempotency keys, allowances. What is set here is seen by
-- `get_text` at once, and written when the commit ends.
local texts, lifetimes_ms = {}, {}

local function get_text(key)
  local text = texts[key]
  if text == nil then
    text = redis.call('GET', key)
  end
  return text
end

-- Without a lifetime the key stays until something else is set; `false` takes it away.
local function set_text(key, text, lifetime_ms)
  texts[key], lifetimes_ms[key] = text, lifetime_ms
end

local function write_texts()
  local lasting = {}
  for key, text in pairs(texts) do
    local lifetime_ms = lifetimes_ms[key]
    if not text then
      redis.call('DEL', key)
    elseif lifetime_ms then
      redis.call('SET', key, text, 'PX', lifetime_ms)
    else
      lasting[#lasting + 1] = key
      lasting[#lasting + 1] = text
    end
  end
  if #lasting > 0 then
    redis.call('MSET', unpack(lasting))
  end
end
