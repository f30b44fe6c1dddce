package chat.parley.docker;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemTrustOptions;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Somebody who comes from outside, as a browser does: with a page's origin, and a name that the certificate has to be for. */
final class Visitor implements AutoCloseable {
    private static final int SECONDS_MAX = 20;

    private final Place place;
    private final String token;
    private final String user;
    private final HttpClient http;
    private final WebSocketClient sockets;
    private final BlockingQueue<JsonObject> heard = new LinkedBlockingQueue<>();
    private @Nullable WebSocket socket;

    /**
     * Where the pages come from.
     *
     * @param vertx for which localhost is the address that ports are published at
     * @param certificate null: without TLS
     */
    record Place(Vertx vertx, int port, @Nullable Buffer certificate) {
        static Place at(String address, int port, @Nullable Buffer certificate) {
            Buffer hosts = Buffer.buffer(address + " localhost\n");
            VertxOptions options =
                    new VertxOptions().setAddressResolverOptions(new AddressResolverOptions().setHostsValue(hosts));
            return new Place(Vertx.vertx(options), port, certificate);
        }

        String origin() {
            return (certificate == null ? "http" : "https") + "://localhost:" + port;
        }
    }

    Visitor(Place place, String token) {
        this.place = place;
        this.token = token;
        this.user =
                new JsonObject(Buffer.buffer(Base64.getUrlDecoder().decode(token.split("\\.")[1]))).getString("sub");
        boolean isEncrypted = place.certificate != null;
        HttpClientOptions its = new HttpClientOptions().setSsl(isEncrypted);
        WebSocketClientOptions itsSockets = new WebSocketClientOptions().setSsl(isEncrypted);
        if (isEncrypted) {
            PemTrustOptions trust = new PemTrustOptions().addCertValue(place.certificate);
            its.setTrustOptions(trust);
            itsSockets.setTrustOptions(trust);
        }
        http = place.vertx.createHttpClient(its);
        sockets = place.vertx.createWebSocketClient(itsSockets);
    }

    private <T extends RequestOptions> T at(T options, String path, String origin) {
        options.setHost("localhost").setPort(place.port).setURI(path).putHeader("Origin", origin);
        return options;
    }

    String user() {
        return user;
    }

    /** The conversation: with one other a direct one. */
    String talkWith(String... others) {
        JsonObject request = new JsonObject()
                .put("type", others.length == 1 ? "direct" : "group")
                .put("memberIds", new JsonArray(List.of((Object[]) others)));
        return ask(HttpMethod.POST, "/v1/conversations", request.encode())
                .json()
                .getString("conversationId");
    }

    /** How it was answered. */
    record Answer(int status, String body) {
        JsonObject json() {
            assertThat(status).as(body).isBetween(200, 201);
            return new JsonObject(body);
        }
    }

    Answer ask(HttpMethod method, String path, @Nullable String body) {
        return await(asking(method, path, body));
    }

    Future<Answer> asking(HttpMethod method, String path, @Nullable String body) {
        RequestOptions options = at(new RequestOptions(), path, place.origin())
                .setMethod(method)
                .putHeader("Authorization", "Bearer " + token)
                .putHeader("Content-Type", "application/json");
        return http.request(options)
                .compose(request -> body == null ? request.send() : request.send(body))
                .compose(answer -> answer.body().map(read -> new Answer(answer.statusCode(), read.toString())));
    }

    /** Connects, and is in step. */
    void connect() {
        await(connecting(place.origin()));
        say(hello("phone"));
        next(frame -> "synced".equals(frame.getString("type")));
    }

    JsonObject hello(String device) {
        return new JsonObject()
                .put("type", "hello")
                .put("token", token)
                .put("deviceId", device)
                .put("cursors", new JsonObject());
    }

    /** The code that its socket is closed with, as nobody believes who it says it is. */
    int refusedHello() {
        await(connecting(place.origin()));
        say(hello("phone"));
        return next(frame -> "closed".equals(frame.getString("type"))).getInteger("code");
    }

    /** The status that the handshake is refused with. */
    int refused(String origin) {
        try {
            await(connecting(origin));
            return 0;
        } catch (UpgradeRejectedException refused) {
            return refused.getStatus();
        }
    }

    private Future<WebSocket> connecting(String origin) {
        return sockets.connect(at(new WebSocketConnectOptions(), "/v1/ws", origin))
                .onSuccess(opened -> {
                    socket = opened;
                    opened.textMessageHandler(text -> {
                        Object json = Json.decodeValue(text);
                        if (json instanceof JsonArray frames) frames.forEach(each -> heard.add((JsonObject) each));
                        else heard.add((JsonObject) json);
                    });
                    opened.closeHandler(closed ->
                            heard.add(new JsonObject().put("type", "closed").put("code", opened.closeStatusCode())));
                });
    }

    /** Whether its socket was closed, and then with this code. */
    boolean wasClosedWith(int code) {
        for (JsonObject frame = heard.poll(); frame != null; frame = heard.poll()) {
            if (!"closed".equals(frame.getString("type"))) continue;
            assertThat(frame.getInteger("code")).isEqualTo(code);
            return true;
        }
        return false;
    }

    /** Nobody closed its socket. */
    void stays() {
        say(new JsonObject().put("type", "heartbeat"));
        assertThat(next(frame -> true).getString("type")).isEqualTo("heartbeat");
    }

    void say(JsonObject frame) {
        assertThat(socket).isNotNull();
        socket.writeTextMessage(frame.encode());
    }

    /** The acknowledgement, or what comes instead. */
    JsonObject send(String conversation, String body) {
        String id = UUID.randomUUID().toString();
        say(new JsonObject()
                .put("type", "send_message")
                .put("clientMessageId", id)
                .put("conversationId", conversation)
                .put("body", body));
        return next(frame -> id.equals(frame.getString("clientMessageId")) && frame.containsKey("type"));
    }

    /** Of all that has come and comes, the next that is so; what is not is dropped. */
    JsonObject next(Predicate<JsonObject> isSo) {
        try {
            for (JsonObject frame = heard.poll(SECONDS_MAX, SECONDS);
                    frame != null;
                    frame = heard.poll(SECONDS_MAX, SECONDS)) if (isSo.test(frame)) return frame;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        throw new AssertionError("nothing like that was heard");
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.await(SECONDS_MAX, SECONDS);
        } catch (RuntimeException failed) {
            throw failed;
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Override
    public void close() {
        http.close();
        sockets.close();
    }
}
