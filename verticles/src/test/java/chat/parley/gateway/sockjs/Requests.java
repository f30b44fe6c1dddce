package chat.parley.gateway.sockjs;

import chat.parley.node.RawClient;
import chat.parley.node.RawClient.Response;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** What a SockJS client asks of one node, over HTTP; each request on a connection of its own, so that any loop may get it. */
final class Requests {
    private final int port;

    Requests(int port) {
        this.port = port;
    }

    /** The path of a session that nobody else has. */
    static String session() {
        return "/000/" + UUID.randomUUID();
    }

    Response get(String path, String... headers) {
        return ask("GET", path, "", headers);
    }

    Response post(String path, String body, String... headers) {
        return ask("POST", path, body, headers);
    }

    Response ask(String method, String path, String body, String... headers) {
        try (RawClient client = RawClient.connect(port)) {
            return client.request(head(method, path, body, headers));
        }
    }

    /** A request whose answer streams, or comes later; close it. */
    RawClient open(String method, String path, String... headers) {
        return RawClient.connect(port).raw(head(method, path, "", headers).getBytes(StandardCharsets.ISO_8859_1));
    }

    /** A stream, of which prelude and opening are read. */
    RawClient stream(String path, String... headers) {
        RawClient client = open("POST", path + "/xhr_streaming", headers);
        Response response = client.response();
        if (response.status() != 200) throw new AssertionError("a stream answered " + response);
        if (client.chunk().length() != 2049) throw new AssertionError("no prelude");
        return client;
    }

    RawClient webSocket(String path, String... headers) {
        RawClient client = RawClient.connect(port);
        Response response = client.upgradeAt(Resource.ROOT + path, headers);
        if (response.status() != 101) throw new AssertionError("upgrade answered " + response);
        return client;
    }

    static String head(String method, String path, String body, String... headers) {
        StringBuilder head =
                new StringBuilder(method + " " + Resource.ROOT + path + " HTTP/1.1\r\nHost: localhost\r\n");
        for (String header : headers) head.append(header).append("\r\n");
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        if (method.equals("POST"))
            head.append("Content-Length: ").append(bytes.length).append("\r\n");
        return head.append("\r\n")
                .append(new String(bytes, StandardCharsets.ISO_8859_1))
                .toString();
    }
}
