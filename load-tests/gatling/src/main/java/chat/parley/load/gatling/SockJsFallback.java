package chat.parley.load.gatling;

import chat.parley.load.gatling.Figures.Latency;
import io.gatling.javaapi.core.Simulation;
import java.util.List;

/**
 * What have people where WebSockets are blocked? Pairs talk, of whom a third each is on SockJS's websocket, on its stream of events, and on
 * polling; all three have to have all of it, in the same order.
 */
public final class SockJsFallback extends Simulation {
    static final Listed LISTED = new Listed(
            "sockjs-fallback",
            "how long a message takes over SockJS: a third each on a WebSocket, a stream of events, and polling",
            SockJsFallback.class,
            List.of(Listed.users(120, "users in pairs"), Listed.rate(60)));

    private static final List<Transport> TRANSPORTS =
            List.of(Transport.SOCKJS_WEBSOCKET, Transport.SOCKJS_EVENTSOURCE, Transport.SOCKJS_POLLING);

    public SockJsFallback() throws Exception {
        Run run = Run.begin(LISTED);
        List<Device> devices = run.devices();
        run.converse(devices, run.groupsOf(2));
        List<Visit> visits = Groups.visits(run, devices, user -> true);
        List<Visit> polling = of(visits, Transport.SOCKJS_POLLING);
        setUp(
                        Life.of(
                                run,
                                "websocket",
                                Transport.SOCKJS_WEBSOCKET,
                                of(visits, Transport.SOCKJS_WEBSOCKET),
                                Life.TICK_MILLIS),
                        Life.of(
                                run,
                                "eventsource",
                                Transport.SOCKJS_EVENTSOURCE,
                                of(visits, Transport.SOCKJS_EVENTSOURCE),
                                Life.TICK_MILLIS),
                        Life.of(run, "polling, posts", Transport.SOCKJS_POLLING, polling, Life.TICK_MILLIS),
                        Life.of(run, "polling, polls", Transport.polls(), polling))
                .protocols(Life.protocol(run))
                .maxDuration(Life.most(run))
                .assertions(Life.assertions(Latency.ACK, Latency.DELIVERY));
    }

    private static List<Visit> of(List<Visit> visits, Transport transport) {
        return visits.stream()
                .filter(visit -> TRANSPORTS.get(visit.user % TRANSPORTS.size()) == transport)
                .toList();
    }
}
