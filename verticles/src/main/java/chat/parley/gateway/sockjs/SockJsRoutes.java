package chat.parley.gateway.sockjs;

import chat.parley.gateway.Entrance;
import chat.parley.gateway.Fallback;
import chat.parley.gateway.HttpEdge;
import chat.parley.gateway.Problem;
import chat.parley.gateway.Source;
import chat.parley.gateway.Sources;
import chat.parley.gateway.TokenBucket;
import chat.parley.wire.CloseCode;
import chat.parley.wire.ErrorCode;
import chat.parley.wire.JsonWriter;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The requests of SockJS clients at one edge: let in or refused, then brought to their session, on whatever loop that is. */
final class SockJsRoutes implements Fallback {
    private static final Problem NO_SESSION = new Problem(ErrorCode.NOT_FOUND, "there is no such session");

    /** Of posts to sessions of guessable ids that are not there. What begins sessions is bounded by the rates of new ones. */
    private static final int GUESSES_PER_SECOND = 50;

    private static final int GUESSES_BURST = 500;

    private final SockJs node;
    private final Posting.Reader postings;
    private final SockJsFraming framing;
    private final LocalTransports local = new LocalTransports();
    private final SecureRandom random = new SecureRandom();
    private final TokenBucket guesses;
    private @Nullable HttpEdge mountedAt;

    SockJsRoutes(SockJs node) {
        this.node = node;
        this.postings = new Posting.Reader(node.limits.messageBytesMax());
        this.guesses =
                new TokenBucket(GUESSES_PER_SECOND, GUESSES_BURST, TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
        this.framing = new SockJsFraming(node.limits.httpBodyBytesMax(), postings);
    }

    @Override
    public void mount(Router router, HttpEdge edge) {
        mountedAt = edge;
        router.route(Resource.ROOT + "/*").handler(this::serve);
    }

    @Override
    public void tick() {
        local.tick();
    }

    @Override
    public Future<Void> drained() {
        return local.drained();
    }

    private void serve(RoutingContext asked) {
        HttpServerRequest request = asked.request();
        Problem offence = node.entrance.offence(
                request.headers().getAll(HttpHeaders.ORIGIN), request.params().names());
        if (offence != null) {
            offence.send(asked.response());
            return;
        }
        Cors.allow(request);
        Resource resource = Resource.of(request.path());
        if (resource == null) {
            asked.fail(404);
        } else if (request.method() == HttpMethod.OPTIONS) {
            Cors.preflight(request, resource.kind().method);
        } else if (!request.method().name().equals(resource.kind().method)) {
            asked.response().putHeader(HttpHeaders.ALLOW, "OPTIONS, " + resource.kind().method);
            asked.fail(405);
        } else if (resource.isOfSession()
                && resource.isGuessable()
                && edge().sourceOf(request).isProxy()) {
            new Problem(
                            ErrorCode.BAD_FRAME,
                            "behind a proxy that does not say for whom it asks the session's id must not be guessable:"
                                + " 26 random letters or figures at least, as by sockjs-client's option sessionId: 32")
                    .send(asked.response());
        } else {
            serve(asked, resource);
        }
    }

    private void serve(RoutingContext asked, Resource resource) {
        HttpServerResponse response = asked.response();
        String session = resource.key(edge().sourceOf(asked.request()).address());
        switch (resource.kind()) {
            case GREETING -> text(response).end("Welcome to SockJS!\n");
            case INFO -> info(response);
            case RAW_WEBSOCKET -> edge().webSocket(asked, edge().plainFraming());
            case WEBSOCKET -> edge().webSocket(asked, framing);
            case XHR -> receive(asked, session, Style.POLL);
            case XHR_STREAMING -> receive(asked, session, Style.STREAM);
            case EVENTSOURCE -> receive(asked, session, Style.EVENTS);
            case XHR_SEND -> post(asked, session, resource.isGuessable());
        }
    }

    private void info(HttpServerResponse response) {
        Cors.notCached(response);
        byte[] json = new JsonWriter(100)
                .beginObject()
                .field("websocket", true)
                .name("origins")
                .beginArray()
                .string("*:*") // the protocol's constant; which origins are let in was asked before
                .endArray()
                .field("cookie_needed", false)
                .field("entropy", Integer.toUnsignedLong(random.nextInt()))
                .endObject()
                .toBytes();
        response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json; charset=UTF-8")
                .end(Buffer.buffer(json));
    }

    // Messages to the client.

    private void receive(RoutingContext asked, String id, Style style) {
        Cors.notCached(asked.response());
        HttpTransport known = node.find(id);
        if (known != null) {
            receive(asked, known, style);
            return;
        }
        switch (node.entrance.takePlace(edge().sourceOf(asked.request()), System.nanoTime())) {
            case Entrance.Answer.Refused(Problem problem) -> problem.send(asked.response());
            case Entrance.Answer.Welcome(long waitMillis) when waitMillis == 0 -> begin(asked, id, style);
            case Entrance.Answer.Welcome(long waitMillis) ->
                asked.vertx().setTimer(waitMillis, timer -> begin(asked, id, style));
        }
    }

    private void begin(RoutingContext asked, String id, Style style) {
        if (asked.response().closed()) return; // it went while it waited
        HttpServerRequest request = asked.request();
        Source source = edge().sourceOf(request);
        Sources.Place place = node.sources.take(source);
        if (place == null) {
            node.entrance
                    .tooMany("too many unauthenticated sessions from there")
                    .send(asked.response());
            return;
        }
        HttpTransport[] self = new HttpTransport[1];
        HttpTransport fresh = new HttpTransport(
                edge().context(),
                node.config,
                source.describe(request.remoteAddress()),
                place,
                () -> node.remove(id, self[0]));
        self[0] = fresh;
        HttpTransport its = node.add(id, fresh);
        if (its != fresh) place.giveBack();
        if (its == null) {
            new Problem(ErrorCode.BUSY.status(), ErrorCode.BUSY, "too many sessions without a WebSocket", 5_000)
                    .send(asked.response());
            return;
        }
        if (its == fresh) {
            local.add(fresh);
            fresh.open(edge().open(fresh));
        }
        receive(asked, its, style);
    }

    private void receive(RoutingContext asked, HttpTransport session, Style style) {
        Receiver receiver = new Receiver(style, edge(), asked.request());
        edge().takesItsTime(asked.request());
        asked.addEndHandler(ended -> {
            if (ended.failed()) session.lost(receiver);
        });
        session.receive(receiver);
    }

    // Messages from the client.

    private void post(RoutingContext asked, String id, boolean isGuessable) {
        HttpTransport session = node.find(id);
        if (session == null) {
            long waitMillis = isGuessable ? guesses.take(1, TimeUnit.NANOSECONDS.toMillis(System.nanoTime())) : 0;
            Problem problem = waitMillis == 0
                    ? NO_SESSION
                    : new Problem(429, ErrorCode.RATE_LIMITED, "too many posts to sessions that are not", waitMillis);
            problem.send(asked.response());
            return;
        }
        HttpServerRequest request = asked.request();
        if (session.isAuthenticated()) edge().isAuthenticated(request);
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        Body.read(request, node.limits.httpBodyBytesMax())
                .onSuccess(body -> post(asked, session, origin, body))
                .onFailure(broken -> {
                    if (!(broken instanceof Body.NotWhole notWhole && notWhole.isTooLong)) return;
                    session.offend(CloseCode.TOO_BIG, origin);
                    new Problem(ErrorCode.TOO_LARGE, "the body is too large").send(asked.response());
                });
    }

    private void post(RoutingContext asked, HttpTransport session, @Nullable String origin, byte[] body) {
        if (body.length == 0) {
            new Problem(ErrorCode.BAD_FRAME, "Payload expected.").send(asked.response());
            return;
        }
        switch (postings.read(body)) {
            case Posting.Messages(var all) -> {
                edge().takesItsTime(asked.request());
                session.post(all, origin, posted -> Hop.to(edge().context(), () -> answer(asked.response(), posted)));
            }
            case Posting.Broken(String why) -> new Problem(ErrorCode.BAD_FRAME, why).send(asked.response());
            case Posting.Offence(CloseCode code) -> {
                session.offend(code, origin);
                answer(asked.response(), HttpTransport.Posted.TAKEN);
            }
        }
    }

    private static void answer(HttpServerResponse response, HttpTransport.Posted posted) {
        if (response.closed()) return;
        switch (posted) {
            case TAKEN -> {
                Cors.notCached(response);
                text(response).setStatusCode(204).end();
            }
            case BUSY -> new Problem(ErrorCode.RATE_LIMITED, "one post of a session at a time").send(response);
            case UNKNOWN -> NO_SESSION.send(response);
        }
    }

    private static HttpServerResponse text(HttpServerResponse response) {
        return response.putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; charset=UTF-8");
    }

    private HttpEdge edge() {
        return Objects.requireNonNull(mountedAt);
    }
}
