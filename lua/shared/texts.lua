-- String keys: records of holds, outcomes under idempotency keys, allowances. What is set here is seen by
-- `get_text` at once, and written when the commit ends.
local texts, lifetimes_ms
at_begin(function()
  texts, lifetimes_ms = {}, {}
end)

local function get_text(key)
  local text = texts[key]
  if text == nil then
    text = redis.call('GET', key)
  end
  return text
end

-- Without a lifetime the key stays; what has one never loses it again. `false` takes the key away.
local function set_text(key, text, lifetime_ms)
  texts[key] = text
  if lifetime_ms then
    lifetimes_ms[key] = lifetime_ms
  end
end

local function write_texts()
  local lasting, count = {}, 0
  for key, text in pairs(texts) do
    local lifetime_ms = lifetimes_ms[key]
    if not text then
      redis.call('DEL', key)
    elseif lifetime_ms then
      redis.call('SET', key, text, 'PX', lifetime_ms)
    else
      lasting[count + 1] = key
      lasting[count + 2] = text
      count = count + 2
    end
  end
  if count > 0 then
    redis.call('MSET', unpack(lasting))
  end
end
