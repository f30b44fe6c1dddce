package chat.parley.crash;

import chat.parley.checker.Sent;
import io.vertx.core.json.JsonObject;

/** What a device has said and has no answer to, that is the last. */
final class Draft {
    final JsonObject frame;
    Sent sent;
    long invokedNanos;
    boolean onItsWay;
    long againNanos;
    String code = "nothing"; // with which it was refused last

    Draft(JsonObject frame, Sent sent) {
        this.frame = frame;
        this.sent = sent;
    }

    /** It has to be said once more. */
    void again(long atNanos) {
        onItsWay = false;
        againNanos = atNanos;
        sent = sent.attempt(sent.attempt() + 1);
    }
}
