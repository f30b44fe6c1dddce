package chat.parley.load.gatling;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.asLongAs;
import static io.gatling.javaapi.core.CoreDsl.bodyString;
import static io.gatling.javaapi.core.CoreDsl.doIfOrElse;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.pause;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.sse;
import static io.gatling.javaapi.http.HttpDsl.status;
import static io.gatling.javaapi.http.HttpDsl.ws;

import io.gatling.http.action.sse.SseInboundMessage;
import io.gatling.http.action.ws.WsInboundMessage;
import io.gatling.javaapi.core.ActionBuilder;
import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.Session;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * How frames travel. What Gatling cannot do is SockJS's xhr-streaming, as it hands out an answer when it has ended; eventsource, which
 * it can, has the same in another wrapping.
 */
enum Transport {
    WEBSOCKET {
        @Override
        ChainBuilder life(Run run, int tickMillis) {
            return onSocket(session -> run.webSocketServer(Life.visit(session).user) + "/v1/ws", false, tickMillis);
        }
    },

    SOCKJS_WEBSOCKET {
        @Override
        ChainBuilder life(Run run, int tickMillis) {
            return onSocket(
                    session -> run.webSocketServer(Life.visit(session).user) + sockJsSession() + "/websocket",
                    true,
                    tickMillis);
        }
    },

    /**
     * A stream of events to the client, posts from it. The server ends a stream once it has carried {@code sockjs.streamBytesMax}, 128 KiB unless set, and
     * Gatling does not ask for the next one: a run in which a user gets more than that needs a server with a higher bound.
     */
    SOCKJS_EVENTSOURCE {
        @Override
        ChainBuilder life(Run run, int tickMillis) {
            return Life.of(
                    newSession(run).exec(sse("connect").get(session -> address(session) + "/eventsource")),
                    exec(sse.processUnmatchedMessages((messages, session) -> {
                        for (SseInboundMessage each : messages) {
                            String data = SockJsFrames.json(each.message())
                                    .path("data")
                                    .asText();
                            SockJsFrames.received(Life.visit(session), data, each.timestamp());
                        }
                        return session;
                    })),
                    exec(post("send")),
                    exec(sse("leave").close()),
                    tickMillis);
        }
    },

    /** One virtual user opens the session and posts, {@link #polls} is one beside it that asks for what there is. */
    SOCKJS_POLLING {
        @Override
        ChainBuilder life(Run run, int tickMillis) {
            ChainBuilder open = newSession(run)
                    .exec(http("connect")
                            .post(session -> address(session) + "/xhr")
                            .check(status().is(200), bodyString().is("o\n")));
            // Its answer ends the poll that waits.
            ChainBuilder close = exec(session -> {
                        Life.visit(session).device.heartbeat();
                        return session;
                    })
                    .exec(post("leave"));
            return Life.of(open, exec(session -> session), exec(post("send")), close, tickMillis);
        }
    };

    /** What a virtual user does over it, whose visit is known. */
    abstract ChainBuilder life(Run run, int tickMillis);

    /** The reading half of {@link #SOCKJS_POLLING}. */
    static ChainBuilder polls() {
        ChainBuilder poll = exec(http("poll")
                        .post(session -> address(session) + "/xhr")
                        .check(status().is(200), bodyString().saveAs("poll")))
                .exec(session -> {
                    String frame = session.getString("poll");
                    if (frame != null) SockJsFrames.received(Life.visit(session), frame.strip(), Run.nowMillis());
                    return session.remove("poll");
                });
        return asLongAs(session -> !Life.visit(session).isDone())
                .on(doIfOrElse(session -> Life.visit(session).hasCome())
                        .then(poll)
                        .orElse(pause(Duration.ofMillis(20))));
    }

    private interface Address {
        String of(Session session);
    }

    private static ChainBuilder onSocket(Address address, boolean isSockJs, int tickMillis) {
        ActionBuilder receive = ws.processUnmatchedMessages((messages, session) -> {
            Visit visit = Life.visit(session);
            for (WsInboundMessage each : messages) {
                if (!(each instanceof WsInboundMessage.Text text)) continue;
                if (isSockJs) SockJsFrames.received(visit, text.message(), text.timestamp());
                else visit.device.received(text.message(), text.timestamp());
            }
            return session;
        });
        return Life.of(
                exec(ws("connect").connect(address::of)),
                exec(receive),
                exec(ws("send").sendText(session -> {
                    String frame =
                            Objects.requireNonNull(Life.visit(session).device.poll());
                    return isSockJs ? SockJsFrames.toServer(List.of(frame)) : frame;
                })),
                exec(ws("leave").close()),
                tickMillis);
    }

    private static ChainBuilder newSession(Run run) {
        return exec(session -> {
            Visit visit = Life.visit(session);
            visit.comesTo(run.server(visit.user) + sockJsSession());
            return session;
        });
    }

    private static String sockJsSession() {
        return "/v1/sockjs/000/" + UUID.randomUUID().toString().replace("-", "");
    }

    private static String address(Session session) {
        return Life.visit(session).address();
    }

    /** All that waits to be said. */
    private static ActionBuilder post(String name) {
        return http(name)
                .post(session -> address(session) + "/xhr_send")
                .body(StringBody(session ->
                        SockJsFrames.toServer(Life.visit(session).device.pollAll())))
                .check(status().is(204));
    }
}
