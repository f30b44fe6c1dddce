package chat.parley.gateway;

import java.net.InetAddress;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the source of a request behind trusted proxies: the last address of {@code X-Forwarded-For} that is none of them. What stands before it
 * in the header is the client's word, and is not read; nor is the header of anybody else's connection. {@code Forwarded} (RFC 7239) is not read.
 *
 * <p>A proxy that says nothing, as one that looks after the health of the node does not, is exempt from limits per source, and so is loopback.
 * What cannot be understood counts as one source, the proxy that said it: nobody gains by having it said.
 */
public final class Proxies {
    /** Proxies one behind another; a longer chain is not understood. */
    private static final int HOPS_MAX = 16;

    private static final int ELEMENT_MAX = 64;

    private static final Pattern WITH_PORT = Pattern.compile("\\[([^]]*)](?::\\d{1,5})?|([^:]*):\\d{1,5}");

    private final List<Network> trusted;
    private final boolean isLoopbackExempt;

    public Proxies(List<Network> trusted) {
        this(trusted, true);
    }

    Proxies(List<Network> trusted, boolean isLoopbackExempt) {
        this.trusted = List.copyOf(trusted);
        this.isLoopbackExempt = isLoopbackExempt;
    }

    /** The source of a connection. */
    Source of(@Nullable InetAddress peer) {
        boolean isProxy = peer != null && isTrusted(peer);
        return new Source(peer, null, isProxy, peer == null || isProxy || isLoopbackExempt && peer.isLoopbackAddress());
    }

    /** The source of a request. @param forwardedFor the lines of the header */
    Source of(@Nullable InetAddress peer, List<String> forwardedFor) {
        if (peer == null || forwardedFor.isEmpty() || !isTrusted(peer)) return of(peer);
        InetAddress proxy = peer;
        int hops = 0;
        for (String line : forwardedFor.reversed()) {
            for (int end = line.length(); end >= 0; ) {
                int comma = line.lastIndexOf(',', end - 1);
                InetAddress address = hops++ < HOPS_MAX ? parse(line.substring(comma + 1, end)) : null;
                if (address == null) return new Source(proxy, peer, true, false);
                if (!isTrusted(address)) return new Source(address, peer, false, false);
                proxy = address;
                end = comma;
            }
        }
        return new Source(proxy, peer, true, true);
    }

    private boolean isTrusted(InetAddress address) {
        for (Network network : trusted) if (network.contains(address)) return true;
        return false;
    }

    /** Null: it is no address, alone or with a port. */
    private static @Nullable InetAddress parse(String element) {
        String text = element.strip();
        if (text.length() > ELEMENT_MAX) return null;
        Matcher withPort = WITH_PORT.matcher(text);
        if (!withPort.matches()) return Network.addressOf(text);
        String inBrackets = withPort.group(1);
        if (inBrackets != null) return inBrackets.indexOf(':') < 0 ? null : Network.addressOf(inBrackets);
        return Network.addressOf(withPort.group(2));
    }
}
