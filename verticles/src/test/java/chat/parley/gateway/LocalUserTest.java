package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import org.junit.jupiter.api.Test;

class LocalUserTest {
    private final LocalUser user =
            new LocalUser(new UserId("ann"), new Allowance(new UserId("ann"), 1, 1, 0, due -> {}));

    @Test
    void whoHasLeftMoreConversationsThanAreRememberedIsNotToldOfThemAgainAndAgain() {
        assertThat(toldByComparing(1_500)).isEqualTo(1_000);
        assertThat(toldByComparing(1_500)).isZero();
    }

    @Test
    void whoHasComeBackIsToldOfTheNextLeaving() {
        toldByComparing(3);
        user.joined(conversation(1));
        assertThat(toldByComparing(3)).isEqualTo(1);
    }

    /** Of how many conversations that were left the sessions are told when memberships are compared. */
    private int toldByComparing(int conversations) {
        int told = 0;
        for (int i = 0; i < conversations; i++) {
            if (user.knowsOfLeaving(conversation(i))) continue;
            user.toldOfLeaving(conversation(i));
            told++;
        }
        return told;
    }

    private static ConversationId conversation(int number) {
        return new ConversationId("c" + number);
    }
}
