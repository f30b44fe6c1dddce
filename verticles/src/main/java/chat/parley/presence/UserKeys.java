package chat.parley.presence;

import chat.parley.model.UserId;
import java.util.random.RandomGenerator;

/** Stands for a user in 64 bits: SipHash-1-3 of the id under a key of this verticle's own. Never 0. */
final class UserKeys {
    private final long key0;
    private final long key1;

    UserKeys(RandomGenerator random) {
        key0 = random.nextLong();
        key1 = random.nextLong();
    }

    long of(UserId user) {
        String id = user.value();
        int length = id.length();
        long v0 = key0 ^ 0x736f6d6570736575L;
        long v1 = key1 ^ 0x646f72616e646f6dL;
        long v2 = key0 ^ 0x6c7967656e657261L;
        long v3 = key1 ^ 0x7465646279746573L;
        long word = 0;
        // One block, then three rounds to finish, in one loop: a round for each word, the last of them holding the
        // length.
        int words = length / Long.BYTES + 1;
        for (int round = 0, at = 0; round < words + 3; round++) {
            if (round < words) {
                word = round == words - 1 ? (long) length << 56 : 0;
                for (int shift = 0; shift < 64 && at < length; shift += 8) word |= (id.charAt(at++) & 0xffL) << shift;
                v3 ^= word;
            }
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
            if (round < words) v0 ^= word;
            if (round == words - 1) v2 ^= 0xff;
        }
        long hash = v0 ^ v1 ^ v2 ^ v3;
        return hash == 0 ? 1 : hash;
    }
}
