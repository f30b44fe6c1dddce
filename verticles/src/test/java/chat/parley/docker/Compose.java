package chat.parley.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.yaml.snakeyaml.Yaml;

/** A compose file as docker-compose understands it: checked by its schema, with variables and anchors filled in. */
final class Compose {
    private final JsonObject root;

    private Compose(JsonObject root) {
        this.root = root;
    }

    static Compose read(Path file) {
        Shell.Ended config = Shell.run(List.of("docker-compose", "-f", file.toString(), "config"));
        assertThat(config.code()).as(config.err()).isZero();
        return new Compose(new JsonObject(new Yaml().<Map<String, Object>>load(config.out())));
    }

    Set<String> services() {
        return root.getJsonObject("services").fieldNames();
    }

    Service service(String name) {
        return new Service(name, root.getJsonObject("services").getJsonObject(name), root);
    }

    /** The first three numbers of a network's addresses; empty: it does not matter which. */
    String prefixOf(String network) {
        JsonObject networks = root.getJsonObject("networks", new JsonObject());
        JsonObject its = networks.getJsonObject(network);
        if (its == null || !its.containsKey("ipam")) return "";
        String subnet = its.getJsonObject("ipam")
                .getJsonArray("config")
                .getJsonObject(0)
                .getString("subnet");
        assertThat(subnet).endsWith(".0/24");
        return subnet.substring(0, subnet.lastIndexOf('.') + 1);
    }

    /** @param json as in the file @param root of the whole file */
    record Service(String name, JsonObject json, JsonObject root) {
        String image() {
            return json.getString("image");
        }

        Map<String, String> environment() {
            Map<String, String> environment = new TreeMap<>();
            json.getJsonObject("environment", new JsonObject())
                    .forEach(each -> environment.put(each.getKey(), String.valueOf(each.getValue())));
            return environment;
        }

        /** By network; empty: any address. */
        Map<String, String> addresses() {
            Map<String, String> addresses = new TreeMap<>();
            JsonObject networks = json.getJsonObject("networks", new JsonObject().putNull("default"));
            for (String network : networks.fieldNames()) {
                JsonObject its = networks.getJsonObject(network);
                addresses.put(network, its == null ? "" : its.getString("ipv4_address", ""));
            }
            return addresses;
        }

        /** What has to be so of others before it starts: started, healthy or completed_successfully. */
        Map<String, String> dependsOn() {
            Map<String, String> conditions = new TreeMap<>();
            JsonObject all = json.getJsonObject("depends_on", new JsonObject());
            for (String other : all.fieldNames())
                conditions.put(
                        other, all.getJsonObject(other).getString("condition").substring("service_".length()));
            return conditions;
        }

        /** @param source of this machine, or the name of a volume */
        record Mount(String source, String target, boolean isReadOnly) {
            boolean isVolume() {
                return !source.startsWith("/");
            }
        }

        /** Volumes, files, and secrets. */
        List<Mount> mounts() {
            List<Mount> mounts = new ArrayList<>();
            for (Object each : list("volumes")) {
                String[] parts = ((String) each).split(":");
                mounts.add(new Mount(parts[0], parts[1], parts[2].equals("ro")));
            }
            for (Object each : list("secrets")) {
                JsonObject secret = (JsonObject) each;
                String source = secret.getString("source");
                String file =
                        root.getJsonObject("secrets").getJsonObject(source).getString("file");
                mounts.add(new Mount(file, "/run/secrets/" + secret.getString("target", source), true));
            }
            return mounts;
        }

        List<String> tmpfs() {
            return list("tmpfs").stream().map(String.class::cast).toList();
        }

        /** published:target of each; with the address before it, if it is not for all the world. */
        List<String> ports() {
            return list("ports").stream()
                    .map(each -> each instanceof JsonObject port
                            ? port.getInteger("published") + ":" + port.getInteger("target")
                            : ((String) each).replace("/tcp", ""))
                    .toList();
        }

        /** Null: what the image says. */
        List<String> words(String key) {
            return json.containsKey(key)
                    ? list(key).stream().map(String.class::cast).toList()
                    : null;
        }

        private JsonArray list(String key) {
            return json.getJsonArray(key, new JsonArray());
        }

        boolean isReadOnly() {
            return json.getBoolean("read_only", false);
        }

        boolean isWithoutCapabilities() {
            return list("cap_drop").contains("ALL");
        }

        boolean mayGainPrivileges() {
            return !list("security_opt").contains("no-new-privileges:true");
        }

        /** The health check's command; null: the image's. */
        List<String> health() {
            JsonObject check = json.getJsonObject("healthcheck");
            if (check == null || !check.containsKey("test")) return null;
            return check.getJsonArray("test").stream().map(String.class::cast).toList();
        }
    }
}
