-- A node holds so many of something. Answers how many the others hold, as far as they have said so lately.
-- KEYS: a hash of nodes, "<expiry> <count>" each. ARGV: the lifetime in milliseconds, the node, its count.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if tonumber(ARGV[3]) > 0 then
    redis.call('HSET', KEYS[1], ARGV[2], string.format('%.0f', now + ARGV[1]) .. ' ' .. ARGV[3])
    redis.call('PEXPIRE', KEYS[1], ARGV[1])
else
    redis.call('HDEL', KEYS[1], ARGV[2])
end
local others = 0
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
    local expiry, count = string.match(all[i + 1], '^(%d+) (%d+)$')
    if tonumber(expiry) <= now then
        redis.call('HDEL', KEYS[1], all[i])
    elseif all[i] ~= ARGV[2] then
        others = others + count
    end
end
return others
