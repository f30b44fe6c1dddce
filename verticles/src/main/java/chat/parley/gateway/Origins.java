package chat.parley.gateway;

import java.util.List;
import java.util.Set;

/** Which web pages may speak to this node. A page cannot choose the Origin header that its browser sends. */
public final class Origins {
    private final Set<String> allowed;

    /** @param allowed each as browsers send it: {@code https://chat.example.org}, with the port if it is not the usual one */
    public Origins(List<String> allowed) {
        this.allowed = Set.copyOf(allowed);
    }

    /**
     * Whether a request with these Origin headers is let in: one that is on the list, letter by letter, or none at all, as programs
     * send none. {@code null} (a page without an origin) is not let in.
     */
    public boolean allows(List<String> originHeaders) {
        return originHeaders.isEmpty() || originHeaders.size() == 1 && allowed.contains(originHeaders.getFirst());
    }
}
