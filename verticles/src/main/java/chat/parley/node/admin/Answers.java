package chat.parley.node.admin;

import chat.parley.bus.Commanded;
import io.vertx.core.json.JsonObject;

/** What operators are answered. */
public final class Answers {
    private Answers() {}

    public static Commanded done(JsonObject what) {
        return new Commanded(200, what.encode());
    }

    /** It has begun. */
    public static Commanded begun(JsonObject what) {
        return new Commanded(202, what.encode());
    }

    /** What was asked is nonsense. */
    public static Commanded badRequest(String sentence) {
        return problem(400, "bad_request", "Bad Request", sentence);
    }

    static Commanded unauthenticated(String sentence) {
        return problem(401, "unauthenticated", "Unauthorized", sentence);
    }

    public static Commanded notFound(String sentence) {
        return problem(404, "not_found", "Not Found", sentence);
    }

    static Commanded wrongMethod(String sentence) {
        return problem(405, "bad_request", "Method Not Allowed", sentence);
    }

    /** It cannot be done now, or not here. */
    public static Commanded conflict(String sentence) {
        return problem(409, "conflict", "Conflict", sentence);
    }

    static Commanded tooLarge(String sentence) {
        return problem(413, "too_large", "Content Too Large", sentence);
    }

    static Commanded rateLimited(String sentence) {
        return problem(429, "rate_limited", "Too Many Requests", sentence);
    }

    /** It was tried, and what was changed was put back. */
    public static Commanded failed(String sentence) {
        return problem(500, "internal", "Internal Server Error", sentence);
    }

    /** It failed in a way that nothing provides for. */
    public static Commanded broken() {
        return failed("the node failed at it; its log says how");
    }

    /** Whether it was done is not known. */
    static Commanded noAnswer(String sentence) {
        return problem(504, "outcome_unknown", "Gateway Timeout", sentence);
    }

    static boolean isProblem(Commanded answer) {
        return answer.status() >= 400;
    }

    /** A problem document (RFC 9457). */
    private static Commanded problem(int status, String code, String title, String sentence) {
        return new Commanded(
                status,
                new JsonObject()
                        .put("type", "about:blank")
                        .put("title", title)
                        .put("status", status)
                        .put("code", code)
                        .put("detail", sentence)
                        .encode());
    }
}
