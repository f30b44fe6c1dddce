package chat.parley.node;

import chat.parley.telemetry.Figures;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The instances of one verticle at this node, numbered from 0. How many there are may change while the node runs: those with the highest numbers
 * come and go. One change at a time; what there is can be read from any thread.
 */
final class Deployment<V extends Deployable> {
    private final Vertx vertx;
    private final Metrics metrics;
    private final Function<V, Figures> figures;
    private final BiFunction<Integer, Integer, V> making;
    private final Sharing<V> sharing;
    private final List<Running<V>> running = new CopyOnWriteArrayList<>();

    /** The last change. */
    private volatile Future<Void> changing = Future.succeededFuture();

    private record Running<V>(V verticle, String id, Figures figures) {}

    /** Shares out what the instances do. */
    interface Sharing<V> {
        /**
         * From now on the first of these do it all, and the rest nothing more; completes when it is so.
         *
         * @param all that are deployed
         * @param instances how many of them stay
         */
        Future<Void> share(List<V> all, int instances);
    }

    /**
     * @param figures of an instance: shown while it is there
     * @param making makes one by its number and how many there will be
     */
    Deployment(
            Vertx vertx,
            Metrics metrics,
            Function<V, Figures> figures,
            BiFunction<Integer, Integer, V> making,
            Sharing<V> sharing) {
        this.vertx = vertx;
        this.metrics = metrics;
        this.figures = figures;
        this.making = making;
        this.sharing = sharing;
    }

    int count() {
        return running.size();
    }

    List<V> all() {
        return running.stream().map(Running::verticle).toList();
    }

    /** Completes when there are so many. If one cannot begin, or what they do cannot be shared out, there are as many as before, and it fails. */
    Future<Void> scale(int instances) {
        int before = count();
        changing = deployUpTo(instances)
                .compose(done -> sharing.share(all(), instances))
                .compose(shared -> undeployDownTo(instances))
                .recover(broken -> shareAmong(Math.min(before, count()))
                        .otherwiseEmpty()
                        .compose(shared -> undeployDownTo(before))
                        .transform(back -> Future.failedFuture(broken)));
        return changing;
    }

    private Future<Void> shareAmong(int instances) {
        return instances == 0 ? Future.succeededFuture() : sharing.share(all(), instances);
    }

    private Future<Void> deployUpTo(int instances) {
        int number = count();
        if (number >= instances) return Future.succeededFuture();
        V next = making.apply(number, instances);
        return vertx.deployVerticle(next).compose(id -> {
            Running<V> begun = new Running<>(next, id, figures.apply(next));
            running.add(begun);
            metrics.add(begun.figures);
            return deployUpTo(instances);
        });
    }

    private Future<Void> undeployDownTo(int instances) {
        if (count() <= instances) return Future.succeededFuture();
        Running<V> last = running.removeLast();
        return vertx.undeploy(last.id)
                .onComplete(gone -> metrics.remove(last.figures))
                .compose(gone -> undeployDownTo(instances));
    }

    /** Ends them all, the last one first, once what is being changed has been. */
    Future<Void> end() {
        return changing.transform(changed -> undeployDownTo(0));
    }
}
