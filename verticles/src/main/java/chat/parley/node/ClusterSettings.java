package chat.parley.node;

import chat.parley.gateway.Network;
import chat.parley.node.cluster.ClusterConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The settings of a node that is one of several. */
final class ClusterSettings {
    private ClusterSettings() {}

    /** Null: a node alone. */
    static @Nullable ClusterConfig read(Settings settings, String name) {
        boolean isEnabled =
                settings.flag("cluster.enabled", false, "Whether the node is one of several, over one store.");
        String host = settings.text(
                "cluster.host",
                "127.0.0.1",
                "The node's private address: membership and event bus listen there, and nowhere else.");
        boolean isPublicAllowed = settings.flag(
                "cluster.allowPublicHost",
                false,
                "Lets cluster.host be an address that the internet can reach: then only a firewall keeps strangers"
                        + " out.");
        boolean isEncrypted =
                settings.flag("cluster.tls.enabled", true, "Whether nodes identify themselves to each other.");
        Path keys = NodeConfig.path(settings.optionalText(
                "cluster.tls.keys", "Key and certificate of this node, PKCS 12; ./parley certs makes it."));
        Path trust = NodeConfig.path(
                settings.optionalText("cluster.tls.trust", "The certificate of the cluster's own authority, PKCS 12."));
        Path password =
                NodeConfig.path(settings.optionalText("cluster.tls.password", "A file with the password of both."));
        ClusterConfig config = new ClusterConfig(
                name,
                host,
                settings.number("cluster.port", 1, NodeConfig.PORT_MAX, 5701, "Port of the membership (Hazelcast)."),
                settings.number("cluster.busPort", 1, NodeConfig.PORT_MAX, 15701, "Port of the event bus."),
                settings.list(
                        "cluster.members",
                        "host:port, as cluster.host and cluster.port of another node",
                        ClusterSettings::member,
                        "Nodes that may be there already; the more are named, the fewer have to be."),
                keys == null || trust == null || password == null
                        ? null
                        : new ClusterConfig.Tls(keys, trust, password));
        if (!isEnabled) return null;
        settings.require(settings.isGiven("node.name"), "each node of a cluster has a name of its own: set node.name.");
        settings.require(
                settings.isGiven("cluster.host"),
                "the other nodes of the cluster have to reach this one: set cluster.host to a private address of this"
                        + " machine.");
        settings.require(
                !config.members().isEmpty(),
                "a node that looks for no other is a cluster of its own: set cluster.members to the nodes of yours,"
                        + " each as host:port; this one may be among them.");
        settings.require(
                isEncrypted == (config.tls() != null),
                "cluster.tls.keys, cluster.tls.trust and cluster.tls.password go together: set all (./parley certs"
                        + " makes the files), or cluster.tls.enabled to false where no stranger can reach the bus.");
        Network address = NodeConfig.network(host);
        settings.require(
                address != null && !address.address().isAnyLocalAddress(),
                "cluster.host has to be one address of this machine, in figures, not '" + host + "'.");
        settings.require(
                address == null || isPublicAllowed || ClusterConfig.isPrivate(address.address()),
                "cluster.host '" + host + "' is an address that the internet may reach, and whoever reaches the"
                        + " membership's port is let in; choose a private one, or set cluster.allowPublicHost.");
        return config;
    }

    private static @Nullable String member(String text) {
        return text.matches("[A-Za-z0-9.:\\[\\]-]+:[0-9]{1,5}") ? text : null;
    }
}
