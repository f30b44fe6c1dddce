package chat.parley.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("slow")
class HandshakesTest {
    private static final int PORT = 5701;
    private static final int WAIT_MILLIS = 60_000;

    /** As of a process that stands still: the kernel takes its connections. */
    @Test
    @Timeout(180)
    void aConnectionThatNobodyAnswersIsClosedAndTriedAgain() throws Exception {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        String network = "127." + random.nextInt(1, 255) + "." + random.nextInt(1, 255) + ".";
        HazelcastInstance hazelcast = Hazelcast.newHazelcastInstance(searching(network + 1, network + 2));
        try (ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();
                ServerSocket frozen = new ServerSocket(PORT, 8, InetAddress.getByName(network + 2))) {
            Handshakes handshakes = new Handshakes(hazelcast, 200);
            loop.scheduleWithFixedDelay(handshakes::look, 0, 100, TimeUnit.MILLISECONDS);
            frozen.setSoTimeout(WAIT_MILLIS);
            for (int time = 0; time < 2; time++) {
                try (Socket taken = frozen.accept()) {
                    taken.setSoTimeout(WAIT_MILLIS);
                    assertThat(taken.getInputStream().readAllBytes())
                            .as("all that was said before it was closed")
                            .startsWith("HZC".getBytes(StandardCharsets.US_ASCII));
                }
            }
        } finally {
            hazelcast.getLifecycleService().terminate();
        }
    }

    /** A member that looks for lost parts of its cluster every second. */
    private static Config searching(String host, String other) {
        Config config = new Config();
        config.setClusterName("handshakes at " + host);
        config.setProperty("hazelcast.phone.home.enabled", "false")
                .setProperty("hazelcast.logging.type", "slf4j")
                .setProperty("hazelcast.socket.bind.any", "false")
                .setProperty("hazelcast.local.localAddress", host)
                .setProperty("hazelcast.wait.seconds.before.join", "0")
                .setProperty("hazelcast.merge.first.run.delay.seconds", "1")
                .setProperty("hazelcast.merge.next.run.delay.seconds", "1");
        config.getNetworkConfig().setPort(PORT).setPortAutoIncrement(false).setPublicAddress(host);
        config.getNetworkConfig().getJoin().getAutoDetectionConfig().setEnabled(false);
        config.getNetworkConfig().getJoin().getMulticastConfig().setEnabled(false);
        config.getNetworkConfig()
                .getJoin()
                .getTcpIpConfig()
                .setEnabled(true)
                .setMembers(List.of(host + ":" + PORT, other + ":" + PORT));
        return config;
    }
}
