package chat.parley.checker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One flat JSON object: texts, whole numbers, lists of texts. What is absent reads as null, 0 or empty. */
final class JsonLine {
    private final Map<String, Object> values = new HashMap<>();
    private final Map<String, List<String>> lists = new HashMap<>();
    private String line = "";
    private int at;

    void parse(String text) {
        line = text;
        at = 0;
        values.clear();
        lists.clear();
        take('{');
        while (peek() != '}') {
            String key = readText();
            take(':');
            if (peek() == '[') lists.put(key, readTexts());
            else values.put(key, peek() == '"' ? readText() : readNumber());
            if (peek() != '}') take(',');
        }
        take('}');
        if (at != line.length()) throw wrong("the end");
    }

    @Nullable
    String text(String key) {
        return (String) values.get(key);
    }

    /** A text that the line must have. */
    String named(String key) {
        String text = text(key);
        if (text == null) throw new IllegalArgumentException("no " + key);
        return text;
    }

    long number(String key) {
        return values.get(key) instanceof Long number ? number : 0;
    }

    long digest(String key) {
        String hex = text(key);
        return hex == null ? 0 : Long.parseUnsignedLong(hex, 16);
    }

    List<String> texts(String key) {
        return lists.getOrDefault(key, List.of());
    }

    private List<String> readTexts() {
        List<String> texts = new ArrayList<>();
        take('[');
        while (peek() != ']') {
            texts.add(readText());
            if (peek() != ']') take(',');
        }
        take(']');
        return texts;
    }

    private Long readNumber() {
        int from = at;
        while (peek() == '-' || peek() >= '0' && peek() <= '9') at++;
        if (at == from) throw wrong("a value");
        return Long.parseLong(line, from, at, 10);
    }

    private String readText() {
        take('"');
        int from = at;
        while (peek() != '"' && peek() != '\\') at++;
        if (peek() == '"') return line.substring(from, at++);
        StringBuilder text = new StringBuilder(line.substring(from, at));
        while (peek() != '"') {
            char next = line.charAt(at++);
            text.append(next == '\\' ? readEscape() : next);
        }
        at++;
        return text.toString();
    }

    private char readEscape() {
        char escape = peek();
        at++;
        switch (escape) {
            case 'n':
                return '\n';
            case 't':
                return '\t';
            case 'r':
                return '\r';
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'u':
                at += 4;
                if (at > line.length()) throw wrong("four digits");
                return (char) Integer.parseInt(line, at - 4, at, 16);
            default:
                return escape;
        }
    }

    private char peek() {
        if (at >= line.length()) throw wrong("more");
        return line.charAt(at);
    }

    private void take(char expected) {
        if (peek() != expected) throw wrong("'" + expected + "'");
        at++;
    }

    private IllegalArgumentException wrong(String expected) {
        return new IllegalArgumentException("expected " + expected + " at column " + (at + 1));
    }

    /** Writes such a line; what is null or empty is left out. */
    static final class Writer {
        private final StringBuilder line = new StringBuilder(200).append('{');

        Writer text(String key, @Nullable String value) {
            if (value == null) return this;
            key(key);
            quote(value);
            return this;
        }

        Writer number(String key, long value) {
            key(key);
            line.append(value);
            return this;
        }

        Writer unlessZero(String key, long value) {
            return value == 0 ? this : number(key, value);
        }

        Writer digest(String key, long value) {
            return value == 0 ? this : text(key, Long.toHexString(value));
        }

        Writer texts(String key, List<String> values) {
            if (values.isEmpty()) return this;
            key(key);
            line.append('[');
            for (int i = 0; i < values.size(); i++) {
                if (i > 0) line.append(',');
                quote(values.get(i));
            }
            line.append(']');
            return this;
        }

        StringBuilder end() {
            return line.append('}');
        }

        private void key(String key) {
            if (line.length() > 1) line.append(',');
            quote(key);
            line.append(':');
        }

        private void quote(String value) {
            line.append('"');
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                if (c == '"' || c == '\\') line.append('\\').append(c);
                else if (c < 0x20 || c > 0x7E) line.append(String.format("\\u%04x", (int) c));
                else line.append(c);
            }
            line.append('"');
        }
    }
}
