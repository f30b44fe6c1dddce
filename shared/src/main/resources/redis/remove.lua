-- These devices of a user have gone, unless another gateway has said since that they are there.
-- KEYS: the user's hash of devices. ARGV: of each device its name, its gateway.
for i = 1, #ARGV, 2 do
    local value = redis.call('HGET', KEYS[1], ARGV[i])
    if value and string.match(value, '^%d+ (%S+) ') == ARGV[i + 1] then redis.call('HDEL', KEYS[1], ARGV[i]) end
end
