package chat.parley.node;

import chat.parley.bus.Shares;
import chat.parley.fanout.FanoutVerticle;
import chat.parley.gateway.GatewayConfig;
import chat.parley.gateway.GatewayVerticle;
import chat.parley.gateway.WatchConfig;
import chat.parley.sequencer.SequencerConfig;
import chat.parley.sequencer.SequencerVerticle;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** How what the instances of a verticle do passes from some to others, so that the first so many do all of it. Each completes when it is so. */
final class Handover {
    private Handover() {}

    /** Whoever gets shards listens before whoever had them stops. */
    static Future<Void> ofFanout(Shares shares, List<FanoutVerticle> all, int instances) {
        List<Shares.Move> moves = shares.movesFor(instances);
        moves.forEach(shares::make);
        Set<Integer> getting = moves.stream().map(Shares.Move::to).collect(Collectors.toSet());
        return Future.join(getting.stream().map(to -> all.get(to).shared()).toList())
                .compose(heard ->
                        Future.join(all.stream().map(FanoutVerticle::shared).toList()))
                .mapEmpty();
    }

    /** Each shard as from node to node: taken when nothing of it is in flight any more. What is not taken now is tried again every second. */
    static Future<Void> ofSequencers(
            Shares shares, SequencerConfig config, List<SequencerVerticle> all, int instances) {
        for (SequencerVerticle each : all) each.share(config.ofInstances(instances));
        return follow(all, shares).compose(following -> {
            List<Future<Void>> taken = new ArrayList<>();
            for (Shares.Move move : shares.movesFor(instances)) {
                shares.make(move);
                taken.add(all.get(move.to()).takeFrom(all.get(move.from()), move.shard()));
            }
            return Future.join(taken).otherwiseEmpty().mapEmpty();
        });
    }

    /** They have their shares from now on; completes when these are served. */
    static Future<Void> follow(List<SequencerVerticle> all, Shares shares) {
        return Future.join(all.stream().map(each -> each.follow(shares)).toList())
                .mapEmpty();
    }

    /** Those that go send their sessions elsewhere. */
    static Future<Void> ofGateways(
            GatewayConfig config, long drainWindowMillis, List<GatewayVerticle> all, int instances) {
        WatchConfig watch = config.ofInstances(instances).watch();
        for (GatewayVerticle each : all.subList(0, instances)) each.share(watch);
        List<Future<Void>> left = new ArrayList<>();
        for (GatewayVerticle each : all.subList(instances, all.size())) left.add(each.leave(drainWindowMillis));
        return Future.join(left).otherwiseEmpty().mapEmpty();
    }
}
