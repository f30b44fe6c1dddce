package chat.parley.node.admin;

import chat.parley.bus.Command;
import chat.parley.bus.Commanded;
import chat.parley.gateway.Source;
import chat.parley.gateway.SourceRate;
import chat.parley.model.UserId;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.impl.SocketAddressImpl;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What operators ask below {@code /admin/}: all of it wants the credential, also what is not there. Who does not have it is answered 401, from one
 * source 10 times at once and once a second, then 429; who has it is let in all the same, since a right one cannot be guessed.
 */
public final class AdminRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(AdminRoutes.class);
    private static final int BODY_BYTES_MAX = 4 << 10;
    private static final int FAILURES_BURST = 10;
    private static final int FAILURES_PER_SECOND = 1;
    private static final long ANSWER_MILLIS = 2_000;

    /** A gateway that goes lets its sessions go first. */
    private static final long SCALE_MILLIS = 60_000;

    private final Credential credential;
    private final Nodes nodes;
    private final Why why;
    private final LongSupplier clock;
    private final LongSupplier monotonicNanos;
    private final SourceRate failures = new SourceRate(FAILURES_PER_SECOND, FAILURES_BURST);

    /**
     * @param clock Unix milliseconds
     * @param monotonicNanos from whatever time
     */
    public AdminRoutes(Credential credential, Nodes nodes, Why why, LongSupplier clock, LongSupplier monotonicNanos) {
        this.credential = credential;
        this.nodes = nodes;
        this.why = why;
        this.clock = clock;
        this.monotonicNanos = monotonicNanos;
    }

    /** Behind whatever is to be had without a credential. */
    public void mount(Router router) {
        router.route("/admin").handler(this::guard);
        router.route("/admin/*").handler(this::guard);
        on(router, HttpMethod.GET, "status", asked -> status());
        on(router, HttpMethod.POST, "scale", this::scale);
        on(router, HttpMethod.POST, "drain", this::drain);
        on(router, HttpMethod.GET, "why", this::why);
        Function<RoutingContext, Future<Commanded>> nothing =
                asked -> Future.succeededFuture(Answers.notFound("there is no such path"));
        router.route("/admin").handler(asked -> answer(asked, nothing));
        router.route("/admin/*").handler(asked -> answer(asked, nothing));
    }

    private void on(
            Router router, HttpMethod method, String name, Function<RoutingContext, Future<Commanded>> answering) {
        String path = "/admin/" + name;
        if (method == HttpMethod.POST)
            router.route(method, path)
                    .handler(BodyHandler.create(false).setBodyLimit(BODY_BYTES_MAX))
                    .failureHandler(asked -> say(
                            asked,
                            asked.statusCode() == 413
                                    ? Answers.tooLarge("the body is larger than " + BODY_BYTES_MAX + " bytes")
                                    : Answers.badRequest("the body cannot be read")));
        router.route(method, path).handler(asked -> answer(asked, answering));
        router.route(path)
                .handler(asked -> say(asked, Answers.wrongMethod(path + " is for " + method.name() + " only")));
    }

    /** Before anything is read. */
    private void guard(RoutingContext asked) {
        if (credential.isProvedBy(asked.request().getHeader(HttpHeaders.AUTHORIZATION))) {
            asked.next();
            return;
        }
        Source source = sourceOf(asked);
        long waitMillis = failures.takeMillis(source, monotonicNanos.getAsLong());
        if (waitMillis > 0) {
            asked.response().putHeader(HttpHeaders.RETRY_AFTER, String.valueOf(Math.ceilDiv(waitMillis, 1_000)));
            say(asked, Answers.rateLimited("too many requests without the operators' credential"));
            return;
        }
        if (asked.request().getHeader(HttpHeaders.AUTHORIZATION) != null)
            LOG.warn("an operator's request with a wrong credential was refused, from {}", source.address());
        asked.response().putHeader("WWW-Authenticate", "Bearer");
        say(asked, Answers.unauthenticated("this wants the operators' credential, as Authorization: Bearer"));
    }

    /** Loopback too: whoever is on this machine need not be an operator. */
    private static Source sourceOf(RoutingContext asked) {
        return new Source(
                asked.request().connection().remoteAddress() instanceof SocketAddressImpl address
                        ? address.ipAddress()
                        : null,
                null,
                false,
                false);
    }

    private static void answer(RoutingContext asked, Function<RoutingContext, Future<Commanded>> answering) {
        answering.apply(asked).onSuccess(answer -> say(asked, answer)).onFailure(broken -> {
            LOG.error("{} was not answered", asked.normalizedPath(), broken);
            say(asked, Answers.broken());
        });
    }

    private static void say(RoutingContext asked, Commanded answer) {
        if (asked.response().ended() || asked.response().closed()) return;
        asked.response()
                .setStatusCode(answer.status())
                .putHeader(
                        HttpHeaders.CONTENT_TYPE,
                        Answers.isProblem(answer) ? "application/problem+json" : "application/json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader("X-Content-Type-Options", "nosniff")
                .end(answer.answer());
    }

    // What there is.

    private Future<Commanded> status() {
        List<Future<JsonObject>> answers = new ArrayList<>();
        for (String node : nodes.names()) answers.add(status(node));
        return Future.all(answers)
                .map(all -> Answers.done(new JsonObject()
                        .put("now", clock.getAsLong())
                        .put("askedNode", nodes.self())
                        .put("nodes", new JsonArray(all.list()))));
    }

    private Future<JsonObject> status(String node) {
        return nodes.tell(node, new Command("status", "{}"), ANSWER_MILLIS)
                .timeout(ANSWER_MILLIS, TimeUnit.MILLISECONDS)
                .compose(answer -> answer.status() == 200
                        ? Future.succeededFuture(new JsonObject(answer.answer()).put("answers", true))
                        : Future.failedFuture("it answered " + answer.status()))
                .recover(none -> {
                    if (node.equals(nodes.self())) LOG.warn("this node cannot say how it is", none);
                    else LOG.debug("no status of {}: {}", node, none.getMessage());
                    return Future.succeededFuture(new JsonObject()
                            .put("name", node)
                            .put("answers", false)
                            .put(
                                    "roles",
                                    new JsonArray(nodes.roles(node).stream()
                                            .map(role -> role.name().toLowerCase(Locale.ROOT))
                                            .sorted()
                                            .toList())));
                });
    }

    private Future<Commanded> scale(RoutingContext asked) {
        JsonObject body = bodyOf(asked, Set.of("node", "verticle", "instances"));
        if (body == null
                || !(body.getValue("node") instanceof String node)
                || !(body.getValue("verticle") instanceof String)
                || !(body.getValue("instances") instanceof Integer))
            return Future.succeededFuture(
                    Answers.badRequest("scale wants {\"node\": name, \"verticle\": name, \"instances\": number}"));
        return tell(node, new Command("scale", body.encode()), SCALE_MILLIS);
    }

    private Future<Commanded> drain(RoutingContext asked) {
        JsonObject body = bodyOf(asked, Set.of("node", "force"));
        if (body == null
                || !(body.getValue("node") instanceof String node)
                || !(body.getValue("force", false) instanceof Boolean))
            return Future.succeededFuture(
                    Answers.badRequest("drain wants {\"node\": name} and, where that is asked for, \"force\": true"));
        LOG.info("an operator drains {}", node);
        return tell(node, new Command("drain", body.encode()), ANSWER_MILLIS);
    }

    private Future<Commanded> why(RoutingContext asked) {
        List<String> messages = asked.queryParam("messageId");
        List<String> users = asked.queryParam("userId");
        Why.Place place = messages.size() == 1 ? Why.Place.of(messages.getFirst()) : null;
        if (place == null || users.size() != 1 || !UserId.isValid(users.getFirst()))
            return Future.succeededFuture(
                    Answers.badRequest("why wants messageId, like <conversation>.<sequence>, and userId"));
        return why.find(place, new UserId(users.getFirst()), nodes);
    }

    /** Null: it is not an object of these members. */
    private static @Nullable JsonObject bodyOf(RoutingContext asked, Set<String> members) {
        try {
            JsonObject body = asked.body().asJsonObject();
            return body != null && members.containsAll(body.fieldNames()) ? body : null;
        } catch (DecodeException | ClassCastException notOne) {
            return null;
        }
    }

    private Future<Commanded> tell(String node, Command command, long timeoutMillis) {
        if (!nodes.names().contains(node))
            return Future.succeededFuture(Answers.notFound("no node of that name serves here"));
        return nodes.tell(node, command, timeoutMillis)
                .timeout(timeoutMillis, TimeUnit.MILLISECONDS)
                .recover(none -> {
                    boolean isLate = none instanceof TimeoutException;
                    if (node.equals(nodes.self()) && !isLate) return Future.failedFuture(none);
                    LOG.warn("{} did not answer: {}", node, none.getMessage());
                    return isLate || nodes.takesCommands().test(node)
                            ? Future.succeededFuture(Answers.noAnswer(
                                    node + " did not answer in time: whether it does that is not known"))
                            : Future.succeededFuture(Answers.conflict(
                                    node + " is of a version of Parley that is not told so: ask it itself"));
                });
    }
}
