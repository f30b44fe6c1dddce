package chat.parley.load.gatling;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;

/** What SockJS puts around frames. */
final class SockJsFrames {
    private SockJsFrames() {}

    static String toServer(List<String> frames) {
        ArrayNode array = Device.JSON.createArrayNode();
        frames.forEach(array::add);
        return array.toString();
    }

    /** Tells the device what is in one: {@code o}, {@code h}, {@code a[…]} or {@code c[…]}. */
    static void received(Visit visit, String frame, long atMillis) {
        if (frame.startsWith("a")) {
            for (JsonNode each : json(frame.substring(1))) visit.device.received(each.asText(), atMillis);
        } else if (frame.startsWith("c")) {
            visit.device.problem("closed", 1, frame, atMillis);
        }
    }

    static JsonNode json(String text) {
        try {
            return Device.JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + text, e);
        }
    }
}
