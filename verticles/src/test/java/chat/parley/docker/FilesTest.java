package chat.parley.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** What can be seen in the files of docker/ without starting anything that they name. */
@Tag("real")
class FilesTest {
    private static final Path CHECKOUT = Path.of("..").toAbsolutePath().normalize();
    private static final Path DOCKER = CHECKOUT.resolve("docker");
    private static final int DRAIN_SECONDS_MAX = 30;

    @ParameterizedTest
    @ValueSource(strings = {"compose.yml", "compose.cluster.yml"})
    void servicesHaveImagesOfOneVersionLimitsAndAnEndThatIsWaitedFor(String file) {
        Compose compose = Compose.read(DOCKER.resolve(file));
        for (String name : compose.services()) {
            Compose.Service service = compose.service(name);
            assertThat(service.image())
                    .as(name)
                    .matches("[a-z/]+:[a-z0-9.-]*[a-z0-9]")
                    .doesNotContain("latest");
            assertThat(service.json()
                            .getJsonObject("logging")
                            .getJsonObject("options")
                            .getString("max-size"))
                    .as(name)
                    .isEqualTo("10m");
            boolean isOnce = "on-failure".equals(service.json().getString("restart"));
            if (!isOnce)
                assertThat(service.json().getString("restart")).as(name).isEqualTo("unless-stopped");
            if (!name.equals("cassandra-accounts"))
                assertThat(service.json().getString("mem_limit")).as(name).isNotNull();
            if (service.environment().containsKey("PARLEY_NODE_NAME") || name.equals("parley")) {
                String grace = service.json().getString("stop_grace_period");
                assertThat(Integer.parseInt(grace.replace("s", ""))).as(name).isGreaterThan(DRAIN_SECONDS_MAX + 4);
                assertThat(service.isReadOnly() && service.isWithoutCapabilities() && !service.mayGainPrivileges())
                        .as(name)
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"compose.yml", "compose.cluster.yml"})
    void onlyWhatClientsComeToIsPublishedToAllTheWorld(String file) {
        Compose compose = Compose.read(DOCKER.resolve(file));
        Set<String> open = new TreeSet<>();
        for (String name : compose.services())
            for (String port : compose.service(name).ports())
                if (!port.startsWith("127.0.0.1:")) open.add(name + " " + port);
        assertThat(open).isSubsetOf("haproxy 8443:8443");
    }

    @ParameterizedTest
    @ValueSource(strings = {"compose.yml", "compose.cluster.yml"})
    void whatIsMountedIsThereOrMadeByPrepare(String file) throws IOException {
        String prepare = Files.readString(DOCKER.resolve("prepare"));
        Compose compose = Compose.read(DOCKER.resolve(file));
        for (String name : compose.services()) {
            for (Compose.Service.Mount mount : compose.service(name).mounts()) {
                Path source = Path.of(mount.source());
                if (mount.isVolume()) continue;
                assertThat(mount.isReadOnly()).as(mount.toString()).isTrue();
                if (!source.startsWith(DOCKER.resolve("secrets")))
                    assertThat(source).exists();
                else if (!source.startsWith(DOCKER.resolve("secrets/bus")))
                    assertThat(prepare).contains(source.getFileName().toString());
            }
        }
    }

    /** Each node is behind the proxy and is watched; that the addresses are right is seen when they run. */
    @Test
    void aNodeIsNamedWhereverNodesAreListed() throws IOException {
        Compose compose = Compose.read(DOCKER.resolve("compose.cluster.yml"));
        String proxy = Files.readString(DOCKER.resolve("haproxy/haproxy.cfg"));
        String watched = Files.readString(DOCKER.resolve("prometheus/prometheus.yml"));
        int nodes = 0;
        for (String name : compose.services()) {
            Map<String, String> environment = compose.service(name).environment();
            if (!environment.containsKey("PARLEY_NODE_NAME")) continue;
            nodes++;
            String address = environment.get("PARLEY_HTTP_HOST");
            assertThat(environment.get("PARLEY_NODE_NAME")).isEqualTo(name);
            assertThat(compose.service(name).addresses())
                    .containsEntry("front", address)
                    .containsEntry("bus", environment.get("PARLEY_CLUSTER_HOST"));
            assertThat(proxy.lines().filter(line -> line.strip().equals("server " + name + " " + address + ":8080")))
                    .hasSize(2);
            assertThat(proxy.lines().filter(line -> line.strip().equals("server " + name + " " + address + ":8081")))
                    .hasSize(1);
            assertThat(watched).contains("- " + name + ":8081\n");
        }
        assertThat(nodes).isEqualTo(3);
        assertThat(compose.service("haproxy").addresses())
                .containsEntry(
                        "front", compose.service("parley-1").environment().get("PARLEY_HTTP_TRUSTED_PROXIES"));
    }

    @Test
    void theImageIsOfThisVersionAndOfAUserThatItMakes() throws IOException {
        Dockerfile dockerfile = Dockerfile.read(DOCKER.resolve("Dockerfile"));
        assertThat(Files.readString(CHECKOUT.resolve("pom.xml")))
                .contains(
                        "<version>" + dockerfile.last("ARG").getFirst().text().replace("VERSION=", "") + "</version>");
        String user = dockerfile.only("USER").split(":")[0];
        assertThat(dockerfile.only("RUN"))
                .contains("useradd --system --uid " + user + " ", "--owner=" + user, " " + dockerfile.only("VOLUME"));
        assertThat(dockerfile.only("WORKDIR"))
                .isEqualTo(dockerfile.only("VOLUME"))
                .isEqualTo(dockerfile.environment().get("PARLEY_STORE_PATH"));
        assertThat(dockerfile.only("EXPOSE")).isEqualTo("8080");
        for (Dockerfile.Instruction from : dockerfile.all("FROM"))
            assertThat(from.words().getFirst()).matches("[a-z-]+:[0-9][a-z0-9.-]*");
    }

    @Test
    void whatIsCopiedIsNotIgnored() throws IOException {
        List<String> admitted = Files.readAllLines(DOCKER.resolve("Dockerfile.dockerignore")).stream()
                .filter(line -> line.startsWith("!"))
                .map(line -> line.substring(1))
                .toList();
        Dockerfile dockerfile = Dockerfile.read(DOCKER.resolve("Dockerfile"));
        for (Dockerfile.Instruction copy : dockerfile.last("COPY")) {
            List<String> words = new ArrayList<>(copy.words());
            words.removeLast();
            if (!words.removeIf("--from=build"::equals)) assertThat(admitted).containsAll(words);
        }
        assertThat(admitted).noneMatch(each -> DOCKER.resolve("secrets").startsWith(CHECKOUT.resolve(each)));
    }

    @Test
    void theHealthCheckSaysWhatTheNodeSays() throws Exception {
        assertThat(ready("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")).isEqualTo(new Shell.Ended(0, "ready\n", ""));
        assertThat(ready("HTTP/1.1 503 Service Unavailable\r\n\r\n"))
                .isEqualTo(new Shell.Ended(1, "not ready: HTTP/1.1 503 Service Unavailable\n", ""));
        assertThat(ready("HTTP/1.1 2000 No\r\n\r\n").code()).isNotZero();
        assertThat(ready("").code()).isNotZero();
        assertThat(ask(1).code()).as("nobody is there").isNotZero();
    }

    private static Shell.Ended ready(String answer) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.startVirtualThread(() -> {
                try (Socket client = server.accept()) {
                    BufferedReader in = new BufferedReader(
                            new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
                    while (!in.readLine().isEmpty()) continue;
                    client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                } catch (IOException gone) {
                    // the check says so
                }
            });
            return ask(server.getLocalPort());
        }
    }

    private static Shell.Ended ask(int port) {
        return Shell.run(List.of(DOCKER.resolve("ready").toString()), Map.of("PARLEY_OPS_PORT", String.valueOf(port)));
    }

    @Test
    void rulesAlarmWhenTheyAreToAndNotBefore() {
        Path tests = DOCKER.resolve("prometheus/alerts.test.yml");
        Shell.Ended ended = Shell.run(List.of("promtool", "test", "rules", tests.toString()));
        assertThat(ended.code()).as(ended.out() + ended.err()).isZero();
        assertThat(ended.out()).contains("SUCCESS");
    }

    @Test
    void theDashboardAsksTheDatasourceThatIsProvisioned() throws IOException {
        Path grafana = DOCKER.resolve("grafana");
        JsonObject dashboard = new JsonObject(Files.readString(grafana.resolve("dashboards/parley.json")));
        Map<String, Object> provisioned = new Yaml().load(Files.readString(grafana.resolve("datasource.yml")));
        JsonObject datasource =
                new JsonObject(provisioned).getJsonArray("datasources").getJsonObject(0);
        assertThat(datasource.getString("url")).isEqualTo("http://prometheus:9090");
        for (Object each : dashboard.getJsonArray("panels")) {
            JsonObject panel = (JsonObject) each;
            if (!panel.getString("type").equals("row"))
                assertThat(panel.getJsonObject("datasource").getString("uid")).isEqualTo(datasource.getString("uid"));
        }
        Map<String, Object> providers = new Yaml().load(Files.readString(grafana.resolve("dashboards.yml")));
        assertThat(new JsonObject(providers)
                        .getJsonArray("providers")
                        .getJsonObject(0)
                        .getJsonObject("options")
                        .getString("path"))
                .isEqualTo("/etc/grafana/dashboards");
    }

    @Test
    void whoIsNoUserGetsNoToken() {
        String token = DOCKER.resolve("token").toString();
        for (List<String> wrong : List.of(List.of(token), List.of(token, "a\"b"), List.of(token, "alice", "1h")))
            assertThat(Shell.run(wrong)).as(wrong.toString()).satisfies(ended -> {
                assertThat(ended.code()).isEqualTo(2);
                assertThat(ended.out()).isEmpty();
                assertThat(ended.err()).startsWith("usage: docker/token USER [SECONDS]");
            });
    }
}
