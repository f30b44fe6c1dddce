-- Where the devices of a user are: of each its name, its gateway, when it was active.
-- KEYS: the user's hash of devices.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local all = redis.call('HGETALL', KEYS[1])
local found = {}
for i = 1, #all, 2 do
    local expiry, gateway, active = string.match(all[i + 1], '^(%d+) (%S+) (%d+)$')
    if expiry and tonumber(expiry) > now then
        found[#found + 1] = all[i]
        found[#found + 1] = gateway
        found[#found + 1] = active
    end
end
return found
