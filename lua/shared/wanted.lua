-- The verbs of this commit, by name, each with its function only where it is asked for: Redis makes a script's
-- functions anew in every call, and most calls need few of them.
local wanted, verbs = {}, {}

local at = 2
while at <= #ARGV do
  wanted[ARGV[at]] = true
  at = at + 4 + ARGV[at + 3] + (ARGV[at + 2] == '' and 0 or 3)
end
