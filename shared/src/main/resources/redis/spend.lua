-- Takes from a token bucket what was spent already; at most a whole burst is owed. Answers in how many milliseconds nothing will be
-- owed any more. A bucket that would be full by now is not there.
-- KEYS: the bucket, "<tokens> <as of>". ARGV: tokens a second, burst, cost.
local perSecond, burst, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local tokens = burst
local stood = redis.call('GET', KEYS[1])
if stood then
    local left, at = string.match(stood, '^(%S+) (%d+)$')
    tokens = math.min(burst, left + math.max(0, now - at) * perSecond / 1000)
end
tokens = math.max(-burst, tokens - cost)
local fullIn = math.ceil((burst - tokens) * 1000 / perSecond)
redis.call('SET', KEYS[1], string.format('%.3f %.0f', tokens, now), 'PX', math.max(1, fullIn))
if tokens >= 0 then return 0 end
return math.ceil(-tokens * 1000 / perSecond)
