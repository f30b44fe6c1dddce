package chat.parley.gateway;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How many connections each source holds that have not proved who they are. A source is an IPv4 address or an IPv6 /64, as one customer
 * has all of it, and what it holds at other nodes counts with it, where that is known; loopback and trusted proxies, behind which are many, count nothing. For all loops of a node.
 */
public final class Sources {
    private static final int MANY_MAX = 5_000;

    private final int unauthenticatedMax;
    private final List<Network> exempt;
    private final boolean isLoopbackExempt;
    private final ConcurrentHashMap<Long, Integer> unauthenticated = new ConcurrentHashMap<>();

    /** Of sources that hold many here: what they hold at other nodes. */
    private volatile Map<Long, Integer> elsewhere = Map.of();

    public Sources(int unauthenticatedMax, List<Network> exempt) {
        this(unauthenticatedMax, exempt, true);
    }

    Sources(int unauthenticatedMax, List<Network> exempt, boolean isLoopbackExempt) {
        this.unauthenticatedMax = unauthenticatedMax;
        this.exempt = List.copyOf(exempt);
        this.isLoopbackExempt = isLoopbackExempt;
    }

    /** Takes a place for a connection; null if its source has too many. Give it back when it authenticated or went. */
    public @Nullable Place take(@Nullable InetAddress address) {
        if (address == null || isExempt(address)) return new Place(this, null);
        long source = sourceOf(address);
        int held = unauthenticated.merge(source, 1, Integer::sum);
        if (held + elsewhere.getOrDefault(source, 0) <= unauthenticatedMax) return new Place(this, source);
        release(source);
        return null;
    }

    private boolean isExempt(InetAddress address) {
        return isLoopbackExempt && address.isLoopbackAddress() || isProxy(address);
    }

    /** Whether connections from there stand for many clients. */
    public boolean isProxy(@Nullable InetAddress address) {
        if (address != null) for (Network network : exempt) if (network.contains(address)) return true;
        return false;
    }

    /** The sources that hold a fiftieth of what they may, or more, with what they hold; of very many not all. */
    Map<Long, Integer> many() {
        int least = Math.max(1, unauthenticatedMax / 50);
        Map<Long, Integer> many = new HashMap<>();
        for (Map.Entry<Long, Integer> each : unauthenticated.entrySet()) {
            if (many.size() == MANY_MAX) break;
            if (each.getValue() >= least) many.put(each.getKey(), each.getValue());
        }
        return many;
    }

    /** What the source holds here. */
    int held(Long source) {
        return unauthenticated.getOrDefault(source, 0);
    }

    /** What sources hold at other nodes, from now on; those not named hold nothing. */
    void elsewhere(Map<Long, Integer> held) {
        elsewhere = Map.copyOf(held);
    }

    /** Sources that hold a place now. */
    int size() {
        return unauthenticated.size();
    }

    private void release(Long source) {
        unauthenticated.computeIfPresent(source, (key, held) -> held == 1 ? null : held - 1);
    }

    private static long sourceOf(InetAddress address) {
        byte[] bytes = address.getAddress();
        int width = address instanceof Inet6Address ? Long.BYTES : bytes.length;
        long source = 0;
        for (int i = 0; i < width; i++) source = source << Byte.SIZE | bytes[i] & 0xff;
        return source;
    }

    /** The place of one connection or session; given back once. */
    public static final class Place {
        private final Sources sources;
        private @Nullable Long source;

        private Place(Sources sources, @Nullable Long source) {
            this.sources = sources;
            this.source = source;
        }

        public void giveBack() {
            Long held = source;
            source = null;
            if (held != null) sources.release(held);
        }
    }

    /** Addresses with a common beginning: {@code 10.0.0.0/8}, or one address. */
    public record Network(InetAddress address, int prefixBits) {
        private static final Pattern FIGURES =
                Pattern.compile("\\d+\\.\\d+\\.\\d+\\.\\d+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

        /** @throws IllegalArgumentException if it is neither an address in figures nor a network of them */
        public static Network parse(String text) {
            int slash = text.indexOf('/');
            InetAddress address = address(slash < 0 ? text : text.substring(0, slash));
            int bits = Byte.SIZE * address.getAddress().length;
            int prefixBits = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
            if (prefixBits < 0 || prefixBits > bits)
                throw new IllegalArgumentException("a prefix of " + prefixBits + " bits");
            return new Network(address, prefixBits);
        }

        private static InetAddress address(String text) {
            if (!FIGURES.matcher(text).matches()) throw new IllegalArgumentException("not an address in figures");
            try {
                return InetAddress.getByName(text); // asks nobody, as there is no name in it
            } catch (UnknownHostException notOne) {
                throw new IllegalArgumentException("not an address", notOne);
            }
        }

        boolean contains(InetAddress other) {
            byte[] mine = address.getAddress();
            byte[] theirs = other.getAddress();
            if (mine.length != theirs.length) return false;
            for (int bit = 0; bit < prefixBits; bit += Byte.SIZE) {
                int shift = Math.max(0, Byte.SIZE - (prefixBits - bit));
                if ((mine[bit / Byte.SIZE] & 0xff) >>> shift != (theirs[bit / Byte.SIZE] & 0xff) >>> shift)
                    return false;
            }
            return true;
        }
    }
}
