package chat.parley.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Workloads against a server that is wrong: what makes a run end with 1. */
class FleetTest {
    private static final long LONG_AGO = TimeUnit.SECONDS.toNanos(16);

    private StandIn server;
    private Fleet fleet;

    @BeforeEach
    void begin() throws Exception {
        server = new StandIn();
        fleet = new Fleet(List.of(server.address()), Template.ID_LENGTH, Carrier.WEBSOCKET, new Proc(List.of()));
    }

    @AfterEach
    void end() throws Exception {
        fleet.loop().parent().shutdownGracefully(0, 1, TimeUnit.SECONDS);
        server.close();
    }

    @Test
    void ofAServerThatIsRightNothingIsWrong() throws Exception {
        pair();
        send(0);
        fleet.drain();
        assertThat(checks()).containsEntry("lost", 0L);
        assertThat(fleet.window().holds()).isTrue();
    }

    @Test
    void whatAServerThatFellSilentDoesNotAnswerIsLost() throws Exception {
        pair();
        server.fallSilent();
        send(LONG_AGO);
        fleet.drain();
        assertThat(checks()).containsEntry("lost", 1L).containsEntry("holes", 0L);
        assertThat(fleet.window().holds()).isFalse();
    }

    @Test
    void aMessageThatIsPlacedTwiceBreaksTheRun() throws Exception {
        pair();
        send(0);
        fleet.drain();
        server.placeAgain();
        send(0); // what it brings comes after that
        fleet.drain();
        assertThat(checks()).as("copy and ack").containsEntry("late", 2L).containsEntry("holes", 0L);
        assertThat(fleet.window().holds()).isFalse();
    }

    @Test
    void aMessageThatIsAcknowledgedTwiceBreaksTheRun() throws Exception {
        pair();
        send(0);
        fleet.drain();
        server.acknowledgeAgain();
        send(0);
        fleet.drain();
        assertThat(checks()).containsEntry("late", 1L).containsEntry("holes", 0L);
        assertThat(fleet.window().holds()).isFalse();
    }

    @Test
    void whoDoesNotGetAllThatItMissedHasLostIt() throws Exception {
        Settings settings = new Settings(new String[] {"groups=1", "size=2", "messages=5", "timeout=1"});
        Accounts accounts = new Accounts(server.address());
        Return workload = new Return(settings, accounts);
        accounts.groups(1, 2, 1).forEach(fleet::add);
        fleet.connect(0, 3, 3);
        fleet.onLoop(() -> {
            for (int user = 0; user < 2; user++) fleet.session(user).drop();
            return 2;
        });
        server.keepsFrom(4);
        sendFrom(2, 5, 0);
        Map<String, Object> line = workload.comeBack(fleet);
        fleet.drain();
        assertThat(line).containsEntry("caught_up", 0).containsEntry("complete", false);
        assertThat(checks()).containsEntry("lost", 2L).containsEntry("holes", 0L);
        assertThat(fleet.window().holds()).isFalse();
    }

    @Test
    void whoReadsAgainAndDoesNotGetAllHasLostIt() throws Exception {
        Settings settings = new Settings(new String[] {"groups=1", "size=2", "stuck=0.5", "timeout=1"});
        Slow workload = new Slow(settings, new Accounts(server.address()), new Proc(List.of()));
        workload.connect(fleet);
        sendFrom(2, 1, 1);
        assertThat(workload.lacking(fleet)).isZero();
        server.keepsFrom(2);
        sendFrom(2, 1, 0);
        fleet.drain();
        assertThat(workload.lacking(fleet)).isEqualTo(1);
        assertThat(checks()).containsEntry("lost", 1L).containsEntry("holes", 0L);
        assertThat(fleet.window().holds()).isFalse();
    }

    private void pair() throws Exception {
        new Accounts(server.address()).pairs(2).forEach(fleet::add);
        fleet.connect(0, 2, 2);
    }

    /** From the first to the second. */
    private void send(long nanosAgo) throws Exception {
        fleet.onLoop(() -> {
            fleet.sends().send(fleet.session(0), Sends.NO_LANE, 1, System.nanoTime() - nanosAgo);
            return nanosAgo;
        });
    }

    private void sendFrom(int user, int count, int readers) throws Exception {
        fleet.onLoop(() -> {
            for (int i = 0; i < count; i++)
                fleet.sends().send(fleet.session(user), Sends.NO_LANE, readers, System.nanoTime());
            return count;
        });
        fleet.drain();
    }

    private Map<String, Object> checks() throws Exception {
        return fleet.onLoop(() -> fleet.window().end("checks"));
    }
}
