package chat.parley.load.gatling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ListedTest {
    @AfterEach
    void forget() {
        for (String each : new String[] {"users", "seconds", "storms", "away", "stall", "slow"})
            System.clearProperty(each);
    }

    @Test
    void allCanBeRunAsTheyAre() {
        for (Listed each : Listed.all()) {
            each.check();
            assertThat(Listed.of(each.name())).isSameAs(each);
            assertThat(each.settings()).extracting(Setting::name).doesNotHaveDuplicates();
        }
    }

    @Test
    void aSettingOutsideOfItsRangeIsNamedWithIt() {
        System.setProperty("users", "1");
        assertThatThrownBy(OneToOne.LISTED::check)
                .hasMessage("users (users, each on one device) has to be a whole number of 2 to 20,000, not '1'.");
        System.setProperty("users", "many");
        assertThatThrownBy(OneToOne.LISTED::check).hasMessageEndingWith("not 'many'.");
    }

    @Test
    void whatDoesNotFitTogetherIsSaid() {
        System.setProperty("seconds", "10");
        assertThatThrownBy(ReconnectStorm.LISTED::check).hasMessageStartingWith("seconds has to be 18 at least");
        assertThatThrownBy(SlowReaders.LISTED::check).hasMessageStartingWith("stall has to be less than seconds (10)");
        System.setProperty("seconds", "60");
        System.setProperty("users", "2");
        assertThatThrownBy(DayInAChat.LISTED::check).hasMessageStartingWith("users has to be 3 at least");
        SlowReaders.LISTED.check();
        System.setProperty("slow", "90");
        assertThatThrownBy(SlowReaders.LISTED::check)
                .hasMessageStartingWith("of 2 users all would be slow with slow 90");
    }
}
