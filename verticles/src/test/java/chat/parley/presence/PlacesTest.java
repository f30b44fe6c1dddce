package chat.parley.presence;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.model.UserId;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PlacesTest {
    @Test
    void itDoesWhatAMapDoes() {
        SplittableRandom random = new SplittableRandom(3);
        Places places = new Places();
        TreeMap<Long, Integer> map = new TreeMap<>();
        for (int i = 0; i < 200_000; i++) {
            // Few distinct low bits, so that keys crowd and wrap around.
            long key = 1 + (random.nextLong(40) << 32 | random.nextLong(6));
            boolean isGrowing = i / 1_000 % 2 == 0;
            if (random.nextInt(10) < (isGrowing ? 7 : 2)) {
                places.put(key, i);
                map.put(key, i);
            } else {
                assertThat(places.remove(key)).isEqualTo(map.remove(key) != null);
            }
            long asked = 1 + (random.nextLong(40) << 32 | random.nextLong(6));
            assertThat(places.get(asked)).isEqualTo(map.getOrDefault(asked, Places.NONE));
            assertThat(places.size()).isEqualTo(map.size());
        }
        map.forEach((key, value) -> assertThat(places.get(key)).isEqualTo(value));
        assertThat(places.keysWhere(any -> true))
                .containsExactlyInAnyOrder(map.keySet().toArray(Long[]::new));
    }

    @Test
    void usersHaveDifferentKeysWhichDependOnTheSecret() {
        UserKeys keys = new UserKeys(new SplittableRandom(1));
        UserKeys others = new UserKeys(new SplittableRandom(2));
        Set<Long> seen = new HashSet<>();
        for (int i = 0; i < 100_000; i++) {
            UserId user = new UserId("user-" + i);
            assertThat(seen.add(keys.of(user))).isTrue();
            assertThat(keys.of(user))
                    .isEqualTo(keys.of(new UserId("user-" + i)))
                    .isNotEqualTo(others.of(user));
        }
    }

    @Test
    void everyCharacterOfAnIdCounts() {
        UserKeys keys = new UserKeys(new SplittableRandom(1));
        Set<Long> seen = new HashSet<>();
        for (int length = 1; length <= 64; length++) {
            for (int at = 0; at < length; at++) {
                StringBuilder id = new StringBuilder("a".repeat(length));
                id.setCharAt(at, 'b');
                assertThat(seen.add(keys.of(new UserId(id.toString())))).isTrue();
            }
        }
    }
}
