package chat.parley.gateway.api;

import chat.parley.bus.Loop;
import chat.parley.gateway.Gateway;
import chat.parley.gateway.HttpEdge;
import chat.parley.gateway.Problem;
import chat.parley.gateway.auth.Identity;
import chat.parley.gateway.auth.Tokens;
import chat.parley.model.UserId;
import chat.parley.store.Stores;
import chat.parley.store.Unavailable;
import chat.parley.wire.BadInput;
import chat.parley.wire.ErrorCode;
import chat.parley.wire.Fields;
import chat.parley.wire.JsonText;
import chat.parley.wire.Utf8;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Mounts the HTTP API on the router of one gateway instance, and is used on its loop only. Bodies are expected to be read and bounded by then. */
public final class ApiRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(ApiRoutes.class);
    private static final String BEARER = "bearer ";
    private static final int WRITE = 1;
    private static final int READ = 1;
    private static final int READ_MANY = 5;
    private static final int READ_ACQUAINTANCES = 25;

    private final Gateway gateway;
    private final Tokens tokens;
    private final Loop loop;
    private final JsonText text;
    private final Conversations conversations;
    private final Messages messages;
    private final Members members;
    private final Devices devices;
    private final UserSettingsRoute settings;
    private final Bans bans;
    private final Invitations invitations;
    private final Mutes mutes;
    private final Blocks blocks;
    private final Receipts receipts;
    private final PresenceRoute presence;

    public ApiRoutes(Gateway gateway, Stores stores, Tokens tokens, Loop loop, SecureRandom random, ApiConfig config) {
        this.gateway = gateway;
        this.tokens = tokens;
        this.loop = loop;
        this.text = new JsonText(config.limits().jsonDepthMax());
        Writes writes = new Writes(gateway.submitter());
        Room room = new Room(gateway, stores.directory(), config.conversationsMax());
        this.conversations = new Conversations(stores, new Overview(stores, loop), room, writes, config, random);
        this.messages = new Messages(gateway.pages(), writes, config);
        this.members = new Members(stores, room, writes, config);
        this.devices = new Devices(stores.directory(), gateway);
        this.settings = new UserSettingsRoute(stores.directory(), gateway);
        this.bans = new Bans(stores.directory(), writes, config);
        this.invitations = new Invitations(stores, conversations, room, writes, loop);
        this.mutes = new Mutes(stores.directory(), loop);
        this.blocks = new Blocks(stores.directory(), gateway);
        this.receipts = new Receipts(gateway, stores.directory(), loop);
        this.presence = new PresenceRoute(gateway);
    }

    public void mount(Router router, HttpEdge edge) {
        ContractRoutes.mount(router);
        String conversation = "/v1/conversations/:conversationId";
        String message = conversation + "/messages/:sequence";
        String member = conversation + "/members/:userId";
        path(
                router,
                edge,
                "/v1/conversations",
                Map.of(
                        HttpMethod.GET, new Operation(READ_MANY, conversations::list),
                        HttpMethod.POST, new Operation(WRITE, conversations::create)));
        path(
                router,
                edge,
                conversation,
                Map.of(
                        HttpMethod.GET, new Operation(READ, conversations::read),
                        HttpMethod.PATCH, new Operation(WRITE, conversations::update)));
        path(
                router,
                edge,
                conversation + "/messages",
                Map.of(
                        HttpMethod.GET, new Operation(READ, messages::page),
                        HttpMethod.POST, new Operation(WRITE, messages::send)));
        path(
                router,
                edge,
                message,
                Map.of(
                        HttpMethod.PATCH, new Operation(WRITE, messages::edit),
                        HttpMethod.DELETE, new Operation(WRITE, messages::delete)));
        path(router, edge, message + "/receipts", Map.of(HttpMethod.GET, new Operation(READ, receipts::count)));
        path(
                router,
                edge,
                conversation + "/members",
                Map.of(
                        HttpMethod.GET, new Operation(READ, members::list),
                        HttpMethod.POST, new Operation(WRITE, members::add)));
        path(
                router,
                edge,
                member,
                Map.of(
                        HttpMethod.PATCH, new Operation(WRITE, members::changeRole),
                        HttpMethod.DELETE, new Operation(WRITE, members::remove)));
        path(router, edge, conversation + "/bans", Map.of(HttpMethod.GET, new Operation(READ, bans::list)));
        path(
                router,
                edge,
                conversation + "/bans/:userId",
                Map.of(
                        HttpMethod.PUT, new Operation(WRITE, bans::ban),
                        HttpMethod.DELETE, new Operation(WRITE, bans::unban)));
        path(
                router,
                edge,
                conversation + "/invitations",
                Map.of(
                        HttpMethod.GET, new Operation(READ, invitations::list),
                        HttpMethod.POST, new Operation(WRITE, invitations::create)));
        path(
                router,
                edge,
                conversation + "/invitations/:invitationId",
                Map.of(HttpMethod.DELETE, new Operation(WRITE, invitations::revoke)));
        path(
                router,
                edge,
                "/v1/invitations/:token",
                Map.of(
                        HttpMethod.GET, new Operation(READ, invitations::look),
                        HttpMethod.POST, new Operation(WRITE, invitations::join)));
        path(
                router,
                edge,
                conversation + "/mute",
                Map.of(
                        HttpMethod.PUT, new Operation(WRITE, mutes::mute),
                        HttpMethod.DELETE, new Operation(WRITE, mutes::unmute)));
        path(router, edge, "/v1/blocks", Map.of(HttpMethod.GET, new Operation(READ, blocks::list)));
        path(
                router,
                edge,
                "/v1/blocks/:userId",
                Map.of(
                        HttpMethod.PUT, new Operation(WRITE, blocks::block),
                        HttpMethod.DELETE, new Operation(WRITE, blocks::unblock)));
        path(router, edge, "/v1/devices", Map.of(HttpMethod.GET, new Operation(READ, devices::list)));
        path(router, edge, "/v1/devices/:deviceId", Map.of(HttpMethod.DELETE, new Operation(WRITE, devices::remove)));
        path(
                router,
                edge,
                "/v1/settings",
                Map.of(
                        HttpMethod.GET, new Operation(READ, settings::read),
                        HttpMethod.PATCH, new Operation(WRITE, settings::change)));
        path(router, edge, "/v1/receipts", Map.of(HttpMethod.POST, new Operation(WRITE, receipts::take)));
        path(router, edge, "/v1/presence", Map.of(HttpMethod.GET, new Operation(READ_ACQUAINTANCES, presence::read)));
    }

    /** Answers a request that was read. What is wrong with it is thrown before anything is done. */
    private interface Action {
        Future<Reply> answer(Asked asked) throws BadInput;
    }

    /** @param cost of the user's allowance */
    private record Operation(int cost, Action action) {}

    private void path(Router router, HttpEdge edge, String path, Map<HttpMethod, Operation> operations) {
        operations.forEach(
                (method, operation) -> router.route(method, path).handler(context -> answer(context, edge, operation)));
        String allowed = String.join(
                ", ",
                operations.keySet().stream().map(HttpMethod::name).sorted().toList());
        router.route(path).handler(context -> {
            context.response().putHeader(HttpHeaders.ALLOW, allowed);
            new Problem(405, ErrorCode.BAD_FRAME, "this path takes " + allowed).send(context.response());
        });
    }

    private void answer(RoutingContext context, HttpEdge edge, Operation operation) {
        Identity identity = identityOf(context.request());
        if (identity == null) {
            context.response().putHeader("WWW-Authenticate", "Bearer");
            new Problem(ErrorCode.UNAUTHENTICATED, "a valid bearer token is needed").send(context.response());
            return;
        }
        edge.isAuthenticated(context.request());
        long waitMillis = gateway.admit(identity.userId(), operation.cost());
        Future<Reply> reply = waitMillis > 0
                ? Reply.refused(ErrorCode.RATE_LIMITED, "too many requests of this user", waitMillis)
                        .now()
                : ask(context, identity.userId(), operation.action());
        reply.onComplete(done -> {
            if (done.failed())
                LOG.error("{} {} failed", context.request().method(), HttpEdge.route(context), done.cause());
            Reply said =
                    done.succeeded() ? done.result() : failed(context.request().method(), done.cause());
            said.send(context.response());
        });
    }

    /** What was to be written may have been, unless the store says that nothing was. */
    private static Reply failed(HttpMethod method, Throwable cause) {
        boolean isKnown = method.equals(HttpMethod.GET) || cause instanceof Unavailable;
        return isKnown
                ? Reply.refused(ErrorCode.UNAVAILABLE, "the store did not answer", 0)
                : Reply.refused(ErrorCode.OUTCOME_UNKNOWN, "the store did not answer: it may have been written", 0);
    }

    private Future<Reply> ask(RoutingContext context, UserId user, Action action) {
        try {
            if (!isJson(context)) {
                return new Reply.Refused(new Problem(415, ErrorCode.BAD_FRAME, "the body has to be application/json"))
                        .now();
            }
            return action.answer(new Asked(context, user, body(context)));
        } catch (BadInput bad) {
            return Reply.refused(bad.code(), bad.getMessage(), 0).now();
        } finally {
            text.clear();
        }
    }

    private @Nullable Identity identityOf(HttpServerRequest request) {
        List<String> headers = request.headers().getAll(HttpHeaders.AUTHORIZATION);
        if (headers.size() != 1) return null;
        String header = headers.getFirst();
        if (!header.toLowerCase(Locale.ROOT).startsWith(BEARER)) return null;
        return tokens.verify(header.substring(BEARER.length()).strip(), loop.millis());
    }

    /** Whether what came along, if anything, says that it is JSON. A form has no buffer: it was taken apart already. */
    private static boolean isJson(RoutingContext context) {
        String type = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
        if (type == null) return context.body().length() <= 0;
        if (context.request().headers().contains(HttpHeaders.CONTENT_ENCODING)) return false;
        String[] parts = type.toLowerCase(Locale.ROOT).replace(" ", "").split(";", -1);
        return parts[0].equals("application/json")
                && (parts.length == 1
                        || parts.length == 2 && parts[1].replace("\"", "").equals("charset=utf-8"));
    }

    private @Nullable Fields body(RoutingContext context) throws BadInput {
        Buffer body = context.body().buffer();
        if (body == null || body.length() == 0) return null;
        byte[] utf8 = body.getBytes();
        if (!Utf8.isValid(utf8, 0, utf8.length)) throw BadInput.badFrame("the body is not UTF-8");
        text.parse(utf8, 0, utf8.length);
        return new Fields(text, JsonText.ROOT);
    }
}
