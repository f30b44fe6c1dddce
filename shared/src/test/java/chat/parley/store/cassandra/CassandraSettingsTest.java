package chat.parley.store.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chat.parley.store.CannotOpen;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a Cassandra has to be set to, and how one is named. */
class CassandraSettingsTest {
    @ParameterizedTest
    @ValueSource(strings = {"v1", "v1_without_linearizable_reads_or_rejected_writes", "v2_without_linearizable_reads"})
    void anotherPaxosIsRefused(String variant) {
        assertThatThrownBy(() -> CassandraStore.requirePaxos("/10.0.0.1:9042", variant))
                .isInstanceOf(CannotOpen.class)
                .hasMessage("The Cassandra node /10.0.0.1:9042 has paxos_variant: " + variant
                        + "; set it to v2 in the cassandra.yaml of every node.");
    }

    @Test
    void aCommitLogThatIsSyncedNowAndThenIsRefusedUnlessThatIsAccepted() {
        assertThatThrownBy(() -> CassandraStore.requireSync("n", "periodic", false))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("store.cassandra.periodicCommitLog");
        assertThatCode(() -> CassandraStore.requireSync("n", "periodic", true)).doesNotThrowAnyException();
        assertThatCode(() -> CassandraStore.requireSync("n", "batch", false)).doesNotThrowAnyException();
        assertThatCode(() -> CassandraStore.requireSync("n", "group", false)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "db1.example.org, db1.example.org, 9042",
        "db1.example.org:9043, db1.example.org, 9043",
        "10.0.0.1:1, 10.0.0.1, 1",
        "fe80::1, fe80::1, 9042",
        "[fe80::1]:9043, [fe80::1], 9043",
        "[fe80::1], [fe80::1], 9042"
    })
    void aContactPointHasAHostAndPerhapsAPort(String point, String host, int port) {
        assertThat(CassandraOptions.isContactPoint(point)).isTrue();
        assertThat(CassandraOptions.hostOf(point)).isEqualTo(host);
        assertThat(CassandraOptions.portOf(point)).isEqualTo(port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":9042", "db1:", "db1:port", "db1:0", "db1:65536"})
    void whatIsNoContactPointIsTold(String text) {
        assertThat(CassandraOptions.isContactPoint(text)).isFalse();
    }

    @Test
    void aPasswordIsNotShown() {
        assertThat(new CassandraOptions.Credentials("parley", "secret").toString())
                .isEqualTo("parley");
    }
}
