package chat.parley.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * One JSON text: checked completely first (RFC 8259, and besides: no duplicate keys, no unpaired surrogates, a greatest depth), then
 * read by position, without objects for what nobody asks for. Its values are numbered in the order of the text; a field is its key,
 * then its value. To be used again for the next text; not from two threads.
 */
public final class JsonText {
    /** The value that a text is. */
    public static final int ROOT = 0;

    /** No such field. */
    public static final int NONE = -1;

    /** What a value is. */
    public enum Type {
        OBJECT("an object"),
        ARRAY("an array"),
        STRING("a string"),
        NUMBER("a number"),
        BOOLEAN("true or false"),
        NULL("null");

        private final String words;

        Type(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    private static final Type[] TYPES = Type.values();
    private static final int NUMBER_LENGTH_MAX = 64;
    private static final int PAIRWISE_KEYS_MAX = 8;
    private static final int KEPT_VALUES_MAX = 4096;

    // One value is four numbers: what it is, where its text begins and ends (of a string: within the quotes), which
    // value follows it.
    private static final int STRIDE = 4;
    private static final int START = 1;
    private static final int END = 2;
    private static final int NEXT = 3;
    private static final int ESCAPED = 8;

    private final int depthMax;
    private int[] values = new int[64 * STRIDE];
    private int count;
    private byte[] bytes = new byte[0];
    private int at;
    private int end;

    public JsonText(int depthMax) {
        this.depthMax = depthMax;
    }

    /** Takes in a text, which has to be valid UTF-8; the bytes must stay as they are while it is read. */
    public void parse(byte[] utf8, int from, int length) throws BadInput {
        if (values.length > KEPT_VALUES_MAX * STRIDE) values = new int[KEPT_VALUES_MAX * STRIDE];
        bytes = utf8;
        at = from;
        end = from + length;
        count = 0;
        skipSpace();
        value(0);
        skipSpace();
        if (at < end) throw BadInput.badFrame("something follows the JSON value");
    }

    /** Lets go of the bytes. */
    public void clear() {
        bytes = new byte[0];
        count = 0;
    }

    public Type type(int value) {
        return TYPES[values[value * STRIDE] & ~ESCAPED];
    }

    /** The first element of an array, or key of an object; {@link #next} of the container if it is empty. */
    public int first(int container) {
        return container + 1;
    }

    /** The value (in an object: the key) behind this one, which is the container's own next behind its last. */
    public int next(int value) {
        return values[value * STRIDE + NEXT];
    }

    /** How many elements or fields. */
    public int sizeOf(int container) {
        int size = 0;
        int step = type(container) == Type.OBJECT ? 1 : 0;
        for (int each = first(container); each < next(container); each = next(each + step)) size++;
        return size;
    }

    /** The value of the field, or {@link #NONE}. */
    public int field(int object, String name) {
        int behind = next(object);
        for (int key = first(object); key < behind; key = next(key + 1)) if (is(key, name)) return key + 1;
        return NONE;
    }

    /** Whether the string is this one. */
    public boolean is(int string, String ascii) {
        if (isEscaped(string)) return string(string).equals(ascii);
        int start = start(string);
        int length = end(string) - start;
        if (length != ascii.length()) return false;
        for (int i = 0; i < length; i++) if (bytes[start + i] != ascii.charAt(i)) return false;
        return true;
    }

    public String string(int string) {
        if (isEscaped(string)) return new String(unescape(string), StandardCharsets.UTF_8);
        int start = start(string);
        return new String(bytes, start, end(string) - start, StandardCharsets.UTF_8);
    }

    /** The string in UTF-8, without its escapes; the caller's own. */
    public byte[] utf8(int string) {
        return isEscaped(string) ? unescape(string) : Arrays.copyOfRange(bytes, start(string), end(string));
    }

    /** The bytes of the string in UTF-8, without its escapes. */
    public int utf8Length(int string) {
        return isEscaped(string) ? unescape(string).length : end(string) - start(string);
    }

    /** The bytes of the value's own text; of a string, what is within the quotes. */
    public int textLength(int value) {
        return end(value) - start(value);
    }

    /** The value's own text, as it came. */
    public String text(int value) {
        return new String(bytes, start(value), textLength(value), StandardCharsets.UTF_8);
    }

    /** The boolean. */
    public boolean isTrue(int value) {
        return bytes[start(value)] == 't';
    }

    /** The number, if it is written as 0 to 2^53 − 1 without sign, fraction or exponent; else −1. */
    public long wholeNumber(int number) {
        int start = start(number);
        int length = textLength(number);
        if (length > 16) return -1;
        long whole = 0;
        for (int i = start; i < start + length; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) return -1;
            whole = whole * 10 + digit;
        }
        return whole < 1L << 53 ? whole : -1;
    }

    private boolean isEscaped(int value) {
        return (values[value * STRIDE] & ESCAPED) != 0;
    }

    private int start(int value) {
        return values[value * STRIDE + START];
    }

    private int end(int value) {
        return values[value * STRIDE + END];
    }

    private void value(int depth) throws BadInput {
        if (at == end) throw cutShort();
        switch (bytes[at]) {
            case '{' -> object(depth + 1);
            case '[' -> array(depth + 1);
            case '"' -> stringValue();
            case 't' -> word("true", Type.BOOLEAN);
            case 'f' -> word("false", Type.BOOLEAN);
            case 'n' -> word("null", Type.NULL);
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
            default -> throw notJson();
        }
    }

    private void object(int depth) throws BadInput {
        int object = open(Type.OBJECT, depth);
        int keys = 0;
        boolean anyEscaped = false;
        skipSpace();
        if (at < end && bytes[at] == '}') {
            close(object);
            return;
        }
        while (true) {
            skipSpace();
            if (at == end) throw cutShort();
            if (bytes[at] != '"') throw notJson();
            anyEscaped |= stringValue();
            keys++;
            skipSpace();
            expect(':');
            skipSpace();
            value(depth);
            if (isLast('}')) break;
        }
        close(object);
        if (hasDuplicates(object, keys, anyEscaped)) throw BadInput.badFrame("a key comes twice in one object");
    }

    private void array(int depth) throws BadInput {
        int array = open(Type.ARRAY, depth);
        skipSpace();
        if (at < end && bytes[at] == ']') {
            close(array);
            return;
        }
        do {
            skipSpace();
            value(depth);
        } while (!isLast(']'));
        close(array);
    }

    private int open(Type type, int depth) throws BadInput {
        if (depth > depthMax) throw BadInput.badFrame("nested deeper than " + depthMax);
        int container = add(type.ordinal(), at, 0);
        at++;
        return container;
    }

    private void close(int container) {
        at++;
        values[container * STRIDE + END] = at;
        values[container * STRIDE + NEXT] = count;
    }

    /** Behind a value in a container: whether it ends here (and stands before the end), or a comma was passed. */
    private boolean isLast(char closing) throws BadInput {
        skipSpace();
        if (at == end) throw cutShort();
        if (bytes[at] == closing) return true;
        expect(',');
        return false;
    }

    /** Takes in a string; true if it holds an escape. */
    private boolean stringValue() throws BadInput {
        int start = ++at;
        int flags = 0;
        while (true) {
            at = behindPlain(bytes, at, end);
            if (at == end) throw cutShort();
            byte b = bytes[at];
            if (b == '"') break;
            if (b == '\\') {
                flags = ESCAPED;
                escape();
            } else if (b >= 0 && b < 0x20) {
                throw BadInput.badFrame("a control character stands in a string unescaped");
            } else {
                while (at < end && bytes[at] < 0) at++; // beyond ASCII; valid, which the caller answers for
            }
        }
        add(Type.STRING.ordinal() | flags, start, at++);
        return flags != 0;
    }

    private void escape() throws BadInput {
        if (end - at < 2) throw cutShort();
        byte kind = bytes[at + 1];
        switch (kind) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> at += 2;
            case 'u' -> {
                char unit = hex(at + 2);
                at += 6;
                if (!Character.isSurrogate(unit)) return;
                boolean isPaired = Character.isHighSurrogate(unit)
                        && end - at >= 2
                        && bytes[at] == '\\'
                        && bytes[at + 1] == 'u'
                        && Character.isLowSurrogate(hex(at + 2));
                if (!isPaired) throw BadInput.badFrame("an escaped surrogate has no other half");
                at += 6;
            }
            default -> throw BadInput.badFrame("an unknown escape stands in a string");
        }
    }

    private char hex(int from) throws BadInput {
        if (end - from < 4) throw cutShort();
        int unit = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = bytes[i] < 0 ? -1 : Character.digit(bytes[i], 16);
            if (digit < 0) throw BadInput.badFrame("an escape in a string is not four hexadecimal digits");
            unit = unit << 4 | digit;
        }
        return (char) unit;
    }

    private void number() throws BadInput {
        int start = at;
        if (bytes[at] == '-') at++;
        if (at < end && bytes[at] == '0') at++;
        else digits();
        boolean isReal = false;
        if (at < end && bytes[at] == '.') {
            at++;
            digits();
            isReal = true;
        }
        if (at < end && (bytes[at] == 'e' || bytes[at] == 'E')) {
            at++;
            if (at < end && (bytes[at] == '+' || bytes[at] == '-')) at++;
            digits();
            isReal = true;
        }
        if (at - start > NUMBER_LENGTH_MAX) throw BadInput.badFrame("a number is longer than " + NUMBER_LENGTH_MAX);
        if (isReal
                && Double.isInfinite(
                        Double.parseDouble(new String(bytes, start, at - start, StandardCharsets.US_ASCII)))) {
            throw BadInput.badFrame("a number is out of range");
        }
        add(Type.NUMBER.ordinal(), start, at);
    }

    private void digits() throws BadInput {
        int start = at;
        while (at < end && bytes[at] >= '0' && bytes[at] <= '9') at++;
        if (at == start) throw at == end ? cutShort() : notJson();
    }

    private void word(String word, Type type) throws BadInput {
        int start = at;
        for (int i = 0; i < word.length(); i++) expect(word.charAt(i));
        add(type.ordinal(), start, at);
    }

    private void expect(char ascii) throws BadInput {
        if (at == end) throw cutShort();
        if (bytes[at] != ascii) throw notJson();
        at++;
    }

    private void skipSpace() {
        while (at < end) {
            byte b = bytes[at];
            if (b > ' ' || b != ' ' && b != '\n' && b != '\r' && b != '\t') return;
            at++;
        }
    }

    private int add(int what, int start, int stop) {
        int offset = count * STRIDE;
        if (offset == values.length) values = Arrays.copyOf(values, values.length * 2);
        values[offset] = what;
        values[offset + START] = start;
        values[offset + END] = stop;
        values[offset + NEXT] = count + 1;
        return count++;
    }

    private boolean hasDuplicates(int object, int keys, boolean anyEscaped) {
        if (keys > PAIRWISE_KEYS_MAX || anyEscaped) {
            Set<String> seen = new HashSet<>(keys * 2);
            for (int key = first(object); key < next(object); key = next(key + 1))
                if (!seen.add(string(key))) return true;
            return false;
        }
        for (int key = first(object); key < next(object); key = next(key + 1)) {
            for (int other = first(object); other < key; other = next(other + 1))
                if (isSameText(key, other)) return true;
        }
        return false;
    }

    private boolean isSameText(int one, int other) {
        int length = textLength(one);
        return length == textLength(other)
                && Arrays.equals(bytes, start(one), end(one), bytes, start(other), end(other));
    }

    /** The end of what can stand in a JSON string as it is and is ASCII, or a byte or so before it. */
    static int behindPlain(byte[] bytes, int from, int end) {
        int at = from;
        while (at <= end - Long.BYTES) {
            long eight = (long) Utf8.EIGHT.get(bytes, at);
            long quote = eight ^ 0x2222222222222222L;
            long backslash = eight ^ 0x5c5c5c5c5c5c5c5cL;
            // The high bit of a byte is set if it is a quote, a backslash, below a space, or not ASCII (or follows such
            // a one).
            long special = (quote - 0x0101010101010101L
                            | backslash - 0x0101010101010101L
                            | eight - 0x2020202020202020L
                            | eight)
                    & Utf8.HIGH_BITS;
            if (special != 0) break;
            at += Long.BYTES;
        }
        while (at < end && bytes[at] >= 0x20 && bytes[at] != '"' && bytes[at] != '\\') at++;
        return at;
    }

    private byte[] unescape(int string) {
        int stop = end(string);
        byte[] plain = new byte[textLength(string)];
        int size = 0;
        for (int i = start(string); i < stop; i++) {
            byte b = bytes[i];
            if (b != '\\') {
                plain[size++] = b;
                continue;
            }
            switch (bytes[++i]) {
                case 'b' -> plain[size++] = '\b';
                case 'f' -> plain[size++] = '\f';
                case 'n' -> plain[size++] = '\n';
                case 'r' -> plain[size++] = '\r';
                case 't' -> plain[size++] = '\t';
                case 'u' -> {
                    int point = unit(i + 1);
                    i += 4;
                    if (Character.isSurrogate((char) point)) {
                        point = Character.toCodePoint((char) point, (char) unit(i + 3));
                        i += 6;
                    }
                    byte[] utf8 = Character.toString(point).getBytes(StandardCharsets.UTF_8);
                    System.arraycopy(utf8, 0, plain, size, utf8.length);
                    size += utf8.length;
                }
                default -> plain[size++] = bytes[i];
            }
        }
        return Arrays.copyOf(plain, size);
    }

    private int unit(int from) {
        int unit = 0;
        for (int i = from; i < from + 4; i++) unit = unit << 4 | Character.digit(bytes[i], 16);
        return unit;
    }

    private static BadInput notJson() {
        return BadInput.badFrame("not JSON");
    }

    private static BadInput cutShort() {
        return BadInput.badFrame("the JSON text is cut short");
    }
}
