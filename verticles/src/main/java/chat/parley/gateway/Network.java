package chat.parley.gateway;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Addresses with a common beginning: {@code 10.0.0.0/8}, or one address. */
public record Network(InetAddress address, int prefixBits) {
    private static final String BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final Pattern FIGURES = Pattern.compile(
            "(?:" + BYTE + "\\.){3}" + BYTE + "|[0-9A-Fa-f]*:[0-9A-Fa-f:]*(?::(?:" + BYTE + "\\.){3}" + BYTE + ")?");

    /** @throws IllegalArgumentException if it is neither an address in figures nor a network of them */
    public static Network parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = addressOf(slash < 0 ? text : text.substring(0, slash));
        if (address == null) throw new IllegalArgumentException("not an address in figures");
        int bits = Byte.SIZE * address.getAddress().length;
        int prefixBits = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
        if (prefixBits < 0 || prefixBits > bits)
            throw new IllegalArgumentException("a prefix of " + prefixBits + " bits");
        return new Network(address, prefixBits);
    }

    /** The address that the figures are; null: they are none. Asks nobody, whatever the text. */
    static @Nullable InetAddress addressOf(String figures) {
        if (!FIGURES.matcher(figures).matches()) return null;
        try {
            return InetAddress.getByName(figures); // no name looks like this
        } catch (UnknownHostException notOne) {
            return null;
        }
    }

    boolean contains(InetAddress other) {
        byte[] mine = address.getAddress();
        byte[] theirs = other.getAddress();
        if (mine.length != theirs.length) return false;
        for (int bit = 0; bit < prefixBits; bit += Byte.SIZE) {
            int shift = Math.max(0, Byte.SIZE - (prefixBits - bit));
            if ((mine[bit / Byte.SIZE] & 0xff) >>> shift != (theirs[bit / Byte.SIZE] & 0xff) >>> shift) return false;
        }
        return true;
    }
}
