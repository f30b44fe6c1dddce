-- These devices of a user are there. By the clock of Redis alone: those of the nodes may differ.
-- KEYS: the user's hash of devices. ARGV: the lifetime in milliseconds; of each device its name, its gateway, when it was active.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local expiry = string.format('%.0f', now + ARGV[1])
local fields = {}
for i = 2, #ARGV, 3 do
    fields[#fields + 1] = ARGV[i]
    fields[#fields + 1] = expiry .. ' ' .. ARGV[i + 1] .. ' ' .. ARGV[i + 2]
end
if redis.call('HSET', KEYS[1], unpack(fields)) > 0 then -- as often as devices come, those that went without a word are removed
    local all = redis.call('HGETALL', KEYS[1])
    for i = 1, #all, 2 do
        if tonumber(string.match(all[i + 1], '^%d+')) <= now then redis.call('HDEL', KEYS[1], all[i]) end
    end
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
