--[[
list_inventory: every counter of the SKUs that begin with a prefix, in their lexical order, a page at a time.
OP     prefix  string, '' for all
       after   the SKU that the page before ended with, '' for the first page; it begins with the prefix
       limit   1..100
REPLY  page    more (1 or 0), then [sku, its reply of get_inventory]*
COST   O(log of all SKUs + locations of those on the page): the same for the first page and the last
]]
local function list_inventory(args, now, due)
  local prefix, after, limit = args[1], args[2], tonumber(args[3])
  local first = after ~= '' and '(' .. after or '[' .. prefix
  -- No SKU holds a byte as high as 255, so all that begin with the prefix are below this.
  local last = '(' .. prefix .. '\255'
  local skus = redis.call('ZRANGE', SKUS, first, last, 'BYLEX', 'LIMIT', 0, limit + 1)

  local reply = { 'page', #skus > limit and 1 or 0 }
  for i = 1, math.min(#skus, limit) do
    reply[i + 2] = { skus[i], verbs.get_inventory({ skus[i] }, now, due) }
  end
  return reply
end
