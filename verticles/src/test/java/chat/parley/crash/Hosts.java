package chat.parley.crash;

import java.net.InetSocketAddress;
import java.util.List;

/** Where the nodes of a cluster are, by their names. */
interface Hosts {
    /** The node's own address, where others and operators find it. */
    String address(String node);

    /** Where clients find it; its port is also the one that the node is to have, on its loopback. */
    InetSocketAddress door(String node);

    /** What stands before a command that is to run there. */
    List<String> command(String node);
}
