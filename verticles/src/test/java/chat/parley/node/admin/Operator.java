package chat.parley.node.admin;

import chat.parley.node.RawClient;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Asks a node at its operators' port, each time on a connection of its own. @param credential null: comes without one */
public record Operator(int port, @Nullable String credential) {
    public RawClient.Response get(String path) {
        return ask("GET", path, "");
    }

    public RawClient.Response post(String path, String json) {
        return ask("POST", path, json);
    }

    public RawClient.Response ask(String method, String path, String body, String... headers) {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
        if (credential != null)
            head.append("Authorization: Bearer ").append(credential).append("\r\n");
        for (String header : headers) head.append(header).append("\r\n");
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 0 || method.equals("POST"))
            head.append("Content-Length: ").append(bytes.length).append("\r\n");
        try (RawClient client = RawClient.connect(port)) {
            client.raw((head + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            return client.raw(bytes).response();
        }
    }
}
